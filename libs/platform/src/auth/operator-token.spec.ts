import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorToken } from './operator-token';

describe("the operator's token", () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'throughline-operator-'));
  afterAll(() => rmSync(dataDir, { recursive: true }));

  it('is the configured one', () => {
    expect(operatorToken({ operatorToken: 'configured', dataDir })).toBe('configured');
  });

  it('is made once, kept for the owner only, and the same after a restart', () => {
    const made = operatorToken({ operatorToken: undefined, dataDir });
    expect(made).toMatch(/^tlop_[\w-]{43}$/);
    expect(operatorToken({ operatorToken: undefined, dataDir })).toBe(made);
    expect(statSync(join(dataDir, 'operator-token')).mode & 0o777).toBe(0o600);
  });
});
