// Fails when libs/contracts/src/gen is not what `npm run proto` makes of proto/.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMMITTED = 'libs/contracts/src/gen';
const filesOf = (folder) => globSync('**/*.ts', { cwd: folder }).sort();

const scratch = mkdtempSync(join(tmpdir(), 'throughline-gen-'));
try {
  const { status } = spawnSync('node_modules/.bin/buf', ['generate', '--output', scratch], { stdio: 'inherit' });
  if (status !== 0) throw new Error('buf generate failed');
  const fresh = join(scratch, COMMITTED);
  const differs = [...new Set([...filesOf(fresh), ...filesOf(COMMITTED)])].filter((file) => textOf(fresh, file) !== textOf(COMMITTED, file));
  if (differs.length > 0) throw new Error(`generated code differs from proto/ (run npm run proto): ${differs.join(', ')}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function textOf(folder, file) {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return undefined;
  }
}
