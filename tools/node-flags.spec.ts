import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_FLAGS } from './node-flags.mjs';

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');

describe('the flags that Node runs embedded mode with', () => {
  it.each(NODE_FLAGS)('are those of npm start: %s', (flag) => {
    expect((JSON.parse(read('package.json')) as { scripts: { start: string } }).scripts.start.split(' ')).toContain(flag);
  });
});
