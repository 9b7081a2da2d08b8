import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeConfig } from '../runtime.contract';

/** The configured token, else the one kept in `DATA_DIR/operator-token` (mode 0600), made at random where there is none. */
export function operatorToken(config: Pick<RuntimeConfig, 'operatorToken' | 'dataDir'>): string {
  if (config.operatorToken) return config.operatorToken;
  const file = join(config.dataDir, 'operator-token');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const token = `tlop_${randomBytes(32).toString('base64url')}`;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
  return token;
}
