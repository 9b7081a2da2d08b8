import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What an operator, a demo or a test harness needs to play the demo tenant's providers (docs/api.md, "Running"). */
export interface DemoFile {
  tenantId: string;
  apiKey: string;
  publicUrl: string;
  /** Where the mail server listens, on the host of `publicUrl`. */
  smtpPort: number;
  /** By account id: `secret`, `verifyToken`, `siteKey`, `address`, where it has them. */
  accounts: Record<string, Record<string, string>>;
}

export const demoPath = (dataDir: string) => join(dataDir, 'demo.json');

/** Undefined where there is none yet. A file that is no JSON stops the start: it is the only copy of the demo key. */
export async function readDemoFile(dataDir: string): Promise<Partial<DemoFile> | undefined> {
  try {
    return JSON.parse(await readFile(demoPath(dataDir), 'utf8')) as Partial<DemoFile>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${demoPath(dataDir)} cannot be read: mend it or take it away.`, { cause: error });
  }
}

/** Whole or not at all, for the owner only. */
export async function writeDemoFile(dataDir: string, demo: DemoFile): Promise<void> {
  const path = demoPath(dataDir);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`; // every container has a process 1
  const file = await open(temporary, 'w', 0o600);
  await file
    .chmod(0o600)
    .then(() => file.writeFile(`${JSON.stringify(demo, null, 2)}\n`))
    .then(() => file.sync())
    .finally(() => file.close());
  await rename(temporary, path);
}
