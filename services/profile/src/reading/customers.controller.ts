import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { malformed, parseIdentity } from '@throughline/contracts';
import { Caller, Scopes, type Credential, type Directory, type Runtime } from '@throughline/platform';
import type { Database } from '@throughline/postgres';
import { DATABASE, RUNTIME } from '../profile.tokens';
import { Customer, CustomerList, CustomerLookup, CustomerQuery, presentCustomer } from './customer.dto';
import { customerNotFound, findSegments, memberId, normalTexts, segmentsOfIdentities } from './customer-finder';
import { TraitValues } from '../trait-values';
import { readProfiles } from './customer-reader';
import { refuseUnserved } from './not-served-yet';
import { TimelineList } from './timeline-item.dto';
import { TimelineQuery } from './timeline-query.dto';
import { TimelineReader } from './timeline-reader';

interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('customers')
@Controller('v1/customers')
@Scopes('read')
export class CustomersController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'vault'> & { directory: Pick<Directory, 'tenant'> },
    @Inject(DATABASE) private readonly database: Pick<Database, 'reader'>,
    private readonly timelines: TimelineReader,
    @Inject(TraitValues) private readonly traits: Pick<TraitValues, 'read'>,
  ) {}

  private get profileParts() {
    return { vault: this.runtime.vault, traits: this.traits };
  }

  @Post('lookup')
  @HttpCode(200)
  @ApiOperation({ summary: 'The customers who hold these identities', description: 'Each customer once, in the order of the identities. Keeps personal data out of addresses.' })
  @ApiOkResponse({ type: CustomerList })
  @ApiBadRequestResponse({ description: 'An identity that names nobody.' })
  lookup(@Caller() { tenant }: Credential, @Body() { identities }: CustomerLookup): Promise<CustomerList> {
    return this.find(tenant, normalTexts(this.runtime.directory, tenant, identities, (index) => `/identities/${index}/value`));
  }

  @Get()
  @ApiOperation({ summary: 'The customer who holds an identity', description: 'Exact: one item or none.' })
  @ApiOkResponse({ type: CustomerList })
  @ApiBadRequestResponse({ description: 'No identity, one that names nobody, or a parameter that is not served yet (`/problems/not-served-yet`).' })
  async list(@Caller() { tenant }: Credential, @Query() query: CustomerQuery): Promise<CustomerList> {
    refuseUnserved(query, ['q', 'attention']);
    const claim = parseIdentity(query.identity ?? '');
    if (!claim) throw malformed('Ask by identity.', [{ pointer: '/identity', code: 'identity', detail: 'Write <namespace>:<value>.' }]);
    return this.find(tenant, normalTexts(this.runtime.directory, tenant, [claim], () => '/identity'));
  }

  @Get(':customerId')
  @ApiOperation({ summary: 'A customer', description: 'Every id she ever had answers; `mergedInto` names the customer she is now.' })
  @ApiOkResponse({ type: Customer, headers: { ETag: { description: 'Her version.', schema: { type: 'string' } } } })
  @ApiNotFoundResponse({ description: '`/problems/customer-not-found`' })
  async get(@Caller() { tenant }: Credential, @Param('customerId') id: string, @Res({ passthrough: true }) reply: Reply): Promise<Customer> {
    const [profile] = await this.database.reader(tenant, (tx) => readProfiles(tx, this.profileParts, tenant, [memberId(id)]));
    if (!profile) throw customerNotFound();
    reply.header('etag', `"${profile.version}"`);
    return presentCustomer(profile, id.toLowerCase());
  }

  @Get(':customerId/timeline')
  @ApiOperation({ summary: "A customer's timeline", description: 'Sorted by (occurredAt, provider sequence, id), whatever the order of arrival.' })
  @ApiOkResponse({ type: TimelineList })
  @ApiBadRequestResponse({ description: 'A malformed parameter or cursor, or one that is not served yet.' })
  @ApiNotFoundResponse({ description: '`/problems/customer-not-found`' })
  async timeline(@Caller() { tenant }: Credential, @Param('customerId') id: string, @Query() query: TimelineQuery): Promise<TimelineList> {
    refuseUnserved(query, ['asOf', 'knownAt']);
    const keys = await this.runtime.vault.forTenant(tenant);
    return this.database.reader(tenant, async (tx) => this.timelines.page(tx, keys, await findSegments(tx, tenant, id), query));
  }

  private async find(tenant: string, texts: readonly string[]): Promise<CustomerList> {
    const keys = await this.runtime.vault.forTenant(tenant);
    const profiles = await this.database.reader(tenant, (tx) => readProfiles(tx, this.profileParts, tenant, segmentsOfIdentities(keys, texts)));
    return { items: profiles.map((profile) => presentCustomer(profile)), next: null, previous: null };
  }
}
