// What goes through Nest's logger was written by another serializer than ours: with the query and its parameters, that is names, numbers and hashes of keys.
import { NestLog } from './nest-log';
import { openLog } from './log';

const CANARY = '+14155550142';

/** As TypeORM and pg make it. */
const failed = () => Object.assign(new Error('duplicate key'), {
  code: '23505',
  query: 'INSERT INTO account',
  parameters: [CANARY],
  driverError: { detail: `Key (address)=(${CANARY}) already exists.` },
});

describe('an error that goes to the log through the framework', () => {
  const lines: string[] = [];
  // nestjs-pino keeps the first log of a process.
  const log = new NestLog(openLog('spec', 'info', { write: (line) => void lines.push(line) }));

  it.each(['error', 'warn'] as const)('is told as %s by name, message, code and stack alone', (level) => {
    log[level]({ err: failed(), requestId: 'r-1' }, 'request failed', 'http');
    const line = lines.pop()!;
    expect(line).not.toContain(CANARY);
    const { err, ...rest } = JSON.parse(line) as { err: object };
    expect(Object.keys(err).sort()).toEqual(['code', 'message', 'name', 'stack']);
    expect(rest).toMatchObject({ level, requestId: 'r-1', context: 'http', msg: 'request failed' });
  });
});
