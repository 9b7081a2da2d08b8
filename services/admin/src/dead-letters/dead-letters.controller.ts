import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiConflictResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { rejected } from '@throughline/contracts';
import { Caller, hasScope, Scopes, type Credential } from '@throughline/platform';
import { Lists } from '../config/paging';
import { DeadLetterDetail, DeadLetterPage, DeadLetterQuery, DeadLetterView, DiscardRequest, RedriveRequest, RedriveResult, RedriveSelection } from './dead-letters.contract';
import type { DeadLetterRow } from './dead-letter-table';
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
    return paging.page(rows, query.limit, place, { key: placeOf, item: (row) => new DeadLetterView(row) });
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of them; with its raw input where the key has the scope admin.' })
  @ApiOkResponse({ type: DeadLetterDetail })
  @ApiNotFoundResponse()
  async get(@Param('id') id: string, @Caller() caller: Credential): Promise<DeadLetterDetail> {
    const { tenant } = allowed(caller);
    const letter = await this.letters.get(tenant, id);
    const decisions = await this.letters.decisions.of(tenant, letter.id);
    return new DeadLetterDetail(letter, decisions, hasScope(caller, 'admin') ? await this.letters.raw(letter) : undefined);
  }

  @Post('redrive')
  @HttpCode(202)
  @Scopes('admin')
  @ApiOperation({ summary: 'Gives those that fit back to the services that set them aside, in the order in which they failed first.' })
  @ApiAcceptedResponse({ type: RedriveResult })
  async redriveAll(@Body() { limit, cursor, reason, ...filter }: RedriveSelection, @Caller() { tenant, keyId }: Credential): Promise<RedriveResult> {
    const paging = await this.lists.of(tenant, 'redrives/1');
    const { letters, more } = await this.letters.decisions.redriveAll(tenant, filter, limit, paging.place(cursor ?? undefined), { reason: reason ?? '', by: keyId });
    return { redriven: letters.length, next: more ? paging.cursor({ key: placeOf(letters.at(-1)!) }) : null };
  }

  @Post(':id/redrive')
  @HttpCode(202)
  @Scopes('admin')
  @ApiOperation({ summary: 'Gives it back to the service that set it aside; a parked key is tried at once.', description: 'What fails again is listed again under the same id.' })
  @ApiAcceptedResponse({ type: DeadLetterView })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: '`/problems/dead-letter-settled`: it has passed, or was discarded.' })
  async redrive(@Param('id') id: string, @Caller() { tenant, keyId }: Credential, @Body() { reason }: RedriveRequest = {}): Promise<DeadLetterView> {
    return new DeadLetterView(await this.letters.decide(tenant, id, { action: 'redrive', reason: reason ?? '', by: keyId }));
  }

  @Post(':id/discard')
  @HttpCode(200)
  @Scopes('admin')
  @ApiOperation({ summary: 'Lets it go for good, with a reason; of a parked key the message it waits for.', description: 'The letter and the decision stay on record.' })
  @ApiOkResponse({ type: DeadLetterView })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: '`/problems/dead-letter-settled`: it has passed, or was discarded.' })
  async discard(@Param('id') id: string, @Body() { reason }: DiscardRequest, @Caller() { tenant, keyId }: Credential): Promise<DeadLetterView> {
    return new DeadLetterView(await this.letters.decide(tenant, id, { action: 'discard', reason, by: keyId }));
  }
}

const placeOf = ({ at, id }: DeadLetterRow) => [at.toISOString(), id];

/** Either scope will do: who operates (`admin`) need not be one who reads customers. Throws 403 (`scope`). */
function allowed(caller: Credential): Credential {
  if (hasScope(caller, 'read') || hasScope(caller, 'admin')) return caller;
  throw rejected('scope', 'The key lacks the scope read or admin.', { status: 403 });
}
