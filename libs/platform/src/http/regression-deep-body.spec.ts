import type { ArgumentMetadata } from '@nestjs/common';
import { IsString } from 'class-validator';
import { validationPipe } from './validation-errors';

class Reason {
  @IsString()
  reason!: string;
}

const body: ArgumentMetadata = { type: 'body', metatype: Reason };
const transform = (json: string) => validationPipe().transform(JSON.parse(json), body) as Promise<unknown>;

// Nest walks a body before the first rule, by recursion: 4 KB of brackets were answered 500.
describe('a body', () => {
  it('nested too deep is malformed', async () => {
    await expect(transform(`{"reason":${'['.repeat(2_000)}${']'.repeat(2_000)}}`)).rejects.toMatchObject({ status: 400, errors: [{ pointer: '', code: 'depth' }] });
  });

  it('of too many parts is malformed', async () => {
    await expect(transform(`{"reason":[${Array.from({ length: 30_000 }, () => '{}').join(',')}]}`)).rejects.toMatchObject({ status: 400, errors: [{ pointer: '', code: 'size' }] });
  });

  it('of bytes is left alone', async () => {
    const bytes = Buffer.alloc(50_000);
    await expect(validationPipe().transform(bytes, { type: 'body', metatype: Buffer })).resolves.toBeDefined();
  });

  it('with a reason is let in', async () => expect(await transform('{"reason":"x"}')).toEqual({ reason: 'x' }));
});
