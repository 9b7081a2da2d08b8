import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

// Each build removed the page's scripts from dist/ and wrote them again: of two commands of the CLI in the same moment one ended with ENOENT,
// and a running web chat had no page for as long.
describe('builds at the same time, beside a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tl-builds-'));
  const build = () => promisify(execFile)(process.execPath, [join(__dirname, 'build.mjs')], { cwd: folder });
  const dist = join(folder, 'services/chat/dist');
  const built = () => readdirSync(dist, { recursive: true }).map(String).sort();

  beforeAll(() => {
    mkdirSync(join(folder, 'services/chat/src/page'), { recursive: true });
    writeFileSync(join(folder, '.swcrc'), '{"jsc":{"parser":{"syntax":"typescript"}},"module":{"type":"commonjs"},"sourceMaps":true}');
    writeFileSync(join(folder, 'services/chat/src/main.ts'), 'export const one: number = 1;');
    writeFileSync(join(folder, 'services/chat/src/page/page.js'), 'let page;');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('all end well, and what is in place stays in place', async () => {
    await Promise.all(Array.from({ length: 6 }, build));
    const places = () => built().map((file) => [file, statSync(join(dist, file)).mtimeMs]);
    const before = places();
    writeFileSync(join(dist, 'gone.js'), 'of a file that was removed');
    await Promise.all(Array.from({ length: 6 }, build));
    expect(before.map(([file]) => file)).toEqual(['main.js', 'main.js.map', 'page', 'page/page.js']);
    expect(places()).toEqual(before);
  });
});
