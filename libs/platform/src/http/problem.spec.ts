import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { malformed, unavailable } from '@throughline/contracts';
import { isExpected, toProblem } from './problem';

describe('a problem', () => {
  it('says of our own errors what they say', () => {
    const errors = [{ pointer: '/id', code: 'isString', detail: 'Must be a text.' }];
    expect(toProblem(malformed('Bad form.', errors), 'r1')).toEqual({ type: '/problems/malformed', title: 'Malformed request', status: 400, detail: 'Bad form.', instance: 'r1', errors });
  });

  it('says of a surprise only that it happened', () => {
    expect(toProblem(new Error('duplicate key (email)=(a@b.example)'), 'r1')).toEqual({ type: '/problems/internal', title: 'Internal error', status: 500, instance: 'r1' });
    expect(toProblem(new HttpException('secret', 500))).not.toHaveProperty('detail');
  });

  it('does not repeat the address that is not found: it may name a customer', () => {
    expect(toProblem(new NotFoundException('Cannot GET /v1/customers?identity=email:a@b.example'))).toMatchObject({ type: '/problems/not-found', detail: 'There is nothing at this address.' });
  });

  it('points at the whole body where the framework names no field', () => {
    expect(toProblem(new BadRequestException('Bad'))).toMatchObject({ status: 400, errors: [{ pointer: '', code: 'malformed' }] });
  });

  it('tells what was expected from what must be logged', () => {
    expect([malformed('x'), unavailable('x', 'x'), new NotFoundException(), new Error('x'), new HttpException('x', 500)].map(isExpected)).toEqual([true, true, true, false, false]);
  });
});
