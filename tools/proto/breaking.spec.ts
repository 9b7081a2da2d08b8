import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const proto = join(root, 'proto');

describe('buf breaking', () => {
  let changed: string;

  beforeEach(() => {
    changed = mkdtempSync(join(tmpdir(), 'throughline-proto-'));
    cpSync(proto, changed, { recursive: true });
  });
  afterEach(() => rmSync(changed, { recursive: true, force: true }));

  const edit = (change: (text: string) => string) => {
    const file = join(changed, 'throughline/v1/event.proto');
    const before = readFileSync(file, 'utf8');
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(file, after);
  };
  const breaking = () => {
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/buf'), ['breaking', changed, '--against', proto], { encoding: 'utf8', cwd: changed });
    return { red: status !== 0, said: stdout + stderr };
  };

  it('stays green while nothing changes', () => {
    expect(breaking()).toEqual({ red: false, said: '' });
  });

  it('stays green when a message is added', () => {
    edit((text) => `${text}\nmessage AddedLater {\n  string id = 1;\n}\n`);
    expect(breaking()).toEqual({ red: false, said: '' });
  });

  it('goes red when a field changes its type', () => {
    edit((text) => text.replace(/^ {2}string (\w+ = 1;)/m, '  int64 $1'));
    expect(breaking()).toMatchObject({ red: true, said: expect.stringContaining('changed type') });
  });

  it('goes red when a field is removed', () => {
    edit((text) => text.replace(/^ {2}string \w+ = 1;.*$/m, ''));
    expect(breaking()).toMatchObject({ red: true, said: expect.stringContaining('deleted') });
  });
});
