import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RuntimeConfig } from '../runtime.contract';

/** The configured token, else the one kept in `DATA_DIR/operator-token` (mode 0600), made at random where there is none. */
export function operatorToken(config: Pick<RuntimeConfig, 'operatorToken' | 'dataDir'>): string {
  if (config.operatorToken) return config.operatorToken;
  const file = join(config.dataDir, 'operator-token');
  if (!existsSync(file)) makeToken(file);
  return readFileSync(file, 'utf8').trim();
}

/** Whole or not at all, and the first one stays: processes that start together share the folder. */
function makeToken(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}.tmp`;
  writeFileSync(temporary, `tlop_${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
}
