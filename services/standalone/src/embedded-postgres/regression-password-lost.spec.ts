// server.json holds the only copy of the password: it was emptied before it was written anew, so a full disk or a kill in between locked everybody out.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder, releaseFolder } from './server-state';

describe('a start on a full disk', () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'tl-server-state-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it('leaves the password where it is', async () => {
    const before = await claimFolder(folder);
    releaseFolder(folder, before);
    const full = jest.spyOn(fs, 'writeFileSync').mockImplementation((file) => {
      fs.closeSync(fs.openSync(file as string, 'w'));
      throw new Error('ENOSPC: no space left on device');
    });
    await expect(claimFolder(folder)).rejects.toThrow('ENOSPC');
    full.mockRestore();
    const { password } = await claimFolder(folder);
    expect(password).toBe(before.password);
  });
});
