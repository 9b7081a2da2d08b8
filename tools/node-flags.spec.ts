import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_FLAGS } from './node-flags.mjs';

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');

describe('the flags that Node runs the product with', () => {
  it.each(NODE_FLAGS)('are those of npm start and of the image: %s', (flag) => {
    expect((JSON.parse(read('package.json')) as { scripts: { start: string } }).scripts.start.split(' ')).toContain(flag);
    expect(/NODE_OPTIONS="([^"]*)"/.exec(read('deploy/Dockerfile'))?.[1]?.split(' ')).toContain(flag);
  });
});
