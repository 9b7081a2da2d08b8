import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { rejected } from '@throughline/contracts';
import { Caller, hasScope, type Credential } from '@throughline/platform';
import { Lists } from '../config/paging';
import { DeadLetterDetail, DeadLetterPage, DeadLetterQuery, DeadLetterView } from './dead-letters.contract';
import { DeadLetters } from './dead-letters';

@ApiTags('dead letters')
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetters,
    private readonly lists: Lists,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What could not be used, by any service, newest first.' })
  @ApiOkResponse({ type: DeadLetterPage })
  async list(@Query() query: DeadLetterQuery, @Caller() caller: Credential): Promise<DeadLetterPage> {
    const { tenant } = allowed(caller);
    const paging = await this.lists.of(tenant, 'dead-letters/1');
    const place = paging.place(query.cursor);
    const rows = await this.letters.table.list(tenant, query, query.limit + 1, place);
    const key = ({ at, id }: { at: Date; id: string }) => [at.toISOString(), id];
    return paging.page(rows, query.limit, place, { key, item: (row) => new DeadLetterView(row) });
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of them; with its raw input where the key has the scope admin.' })
  @ApiOkResponse({ type: DeadLetterDetail })
  @ApiNotFoundResponse()
  async get(@Param('id') id: string, @Caller() caller: Credential): Promise<DeadLetterDetail> {
    const letter = await this.letters.get(allowed(caller).tenant, id);
    return new DeadLetterDetail(letter, hasScope(caller, 'admin') ? await this.letters.raw(letter) : undefined);
  }
}

/** Either scope will do: who operates (`admin`) need not be one who reads customers. Throws 403 (`scope`). */
function allowed(caller: Credential): Credential {
  if (hasScope(caller, 'read') || hasScope(caller, 'admin')) return caller;
  throw rejected('scope', 'The key lacks the scope read or admin.', { status: 403 });
}
