// Two starts in the same moment on one folder both found it free: each took the other's server for one that a killed run had left, and stopped it.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveFolderBack, takeFolder } from './folder-claim';

const living = new Set<number>();
jest.mock('./process-identity', () => ({ processIdentity: (pid: number) => (living.has(pid) ? `${pid}@start` : undefined) }));

/** Does something as another process. */
function as<T>(pid: number, work: () => T): T {
  living.add(pid);
  const before = Object.getOwnPropertyDescriptor(process, 'pid')!;
  Object.defineProperty(process, 'pid', { ...before, value: pid });
  try {
    return work();
  } finally {
    Object.defineProperty(process, 'pid', before);
  }
}

const takes = (pid: number, folder: string) => as(pid, () => takeFolder(folder));

describe('a folder for one process', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(join(tmpdir(), 'tl-claim-'));
    living.clear();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    fs.rmSync(folder, { recursive: true });
  });

  it.each(['nobody had it', 'a killed run had it', 'it was given back'])('of two that start in the same moment one has it, where %s', (before) => {
    if (before !== 'nobody had it') takes(1, folder);
    if (before === 'it was given back') as(1, () => giveFolderBack(folder));
    living.delete(1);
    const link = jest.spyOn(fs, 'linkSync').mockImplementationOnce((...files) => {
      // It was found free; before it is taken another process is quicker.
      takes(3, folder);
      fs.linkSync(...files);
    });
    expect(() => takes(2, folder)).toThrow(`${folder} is in use by process 3: stop it first, or set another DATA_DIR`);
    expect(link).toHaveBeenCalled();
    expect(() => takes(3, folder)).not.toThrow();
  });

  it('a quick one that gave it back leaves it to a slow one alone', () => {
    takes(1, folder);
    living.delete(1);
    jest.spyOn(fs, 'linkSync').mockImplementationOnce((...files) => {
      takes(3, folder);
      as(3, () => giveFolderBack(folder));
      takes(4, folder);
      fs.linkSync(...files);
    });
    expect(() => takes(2, folder)).toThrow('in use by process 4');
  });

  it('keeps one claim, and nothing else', () => {
    for (const pid of [1, 2, 3]) {
      takes(pid, folder);
      as(pid, () => giveFolderBack(folder));
    }
    expect(fs.readdirSync(folder)).toEqual(['claim.3']);
  });
});
