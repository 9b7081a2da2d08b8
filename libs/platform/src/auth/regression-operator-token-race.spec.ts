import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorToken } from './operator-token';

// Services that start together share the folder: the second one to make the token could not start.

describe("the operator's token, made by several processes at once", () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'throughline-operator-'));
  afterAll(() => rmSync(dataDir, { recursive: true }));

  it('is that of the first one', () => {
    const config = { operatorToken: undefined, dataDir };
    const look = jest.spyOn(fs, 'existsSync').mockImplementationOnce(() => {
      writeFileSync(join(dataDir, 'operator-token'), 'tlop_of_the_first\n');
      return false;
    });
    expect(operatorToken(config)).toBe('tlop_of_the_first');
    look.mockRestore();
    expect(operatorToken(config)).toBe('tlop_of_the_first');
    expect(readdirSync(dataDir)).toEqual(['operator-token']);
    expect(readFileSync(join(dataDir, 'operator-token'), 'utf8')).toBe('tlop_of_the_first\n');
  });
});
