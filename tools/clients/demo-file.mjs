// Where an outside client finds what an operator would hand to it: addresses and secrets of the demo tenant.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The demo tenant's file (docs/api.md, "Running"), with the mail server's address. */
export function readDemoFile(env = process.env) {
  const file = join(env.DATA_DIR ?? '.throughline', 'demo.json');
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`No ${file}: start Throughline first (npm start, or npm run up), or set DATA_DIR to its data folder.`);
  }
  const demo = JSON.parse(text);
  return { ...demo, smtp: { host: new URL(demo.publicUrl).hostname, port: Number(env.SMTP_PORT ?? demo.smtpPort) } };
}
