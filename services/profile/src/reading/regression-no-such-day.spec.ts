// A day that does not exist was read as one of the next month.
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { TimelineQuery } from './timeline-query.dto';

const faults = (query: object) => validateSync(plainToInstance(TimelineQuery, query)).map(({ property }) => property);

it.each(['from', 'to'])('a timeline has no %s on a day that does not exist', (name) => {
  expect([faults({ [name]: '2025-02-30T00:00:00Z' }), faults({ [name]: '2025-02-28T00:00:00.5+02:00' })]).toEqual([[name], []]);
});
