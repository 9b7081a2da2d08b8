import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiConflictResponse, ApiCreatedResponse, ApiHeader, ApiNoContentResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiPreconditionFailedResponse, ApiTags } from '@nestjs/swagger';
import { Caller, Scopes, type Credential } from '@throughline/platform';
import { entityTag } from '../config/entity-tag';
import { Lists, PageQuery } from '../config/paging';
import { Visibility } from '../config/visibility';
import { AccountPage, AccountView, ChangeAccount, CreateAccount } from './accounts.contract';
import { ChannelAccounts, type ChangedAccount } from './channel-accounts';
import { newAccount } from './new-account';

/** The part of Fastify's reply that is used. */
interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('channel accounts')
@Controller('v1/channel-accounts')
@Scopes('admin')
export class AccountsController {
  constructor(
    private readonly accounts: ChannelAccounts,
    private readonly lists: Lists,
    private readonly visibility: Visibility,
  ) {}

  @Get()
  @ApiOperation({ summary: "The tenant's channel accounts by id; never their secrets." })
  @ApiOkResponse({ type: AccountPage })
  async list(@Query() query: PageQuery, @Caller() { tenant }: Credential): Promise<AccountPage> {
    const paging = await this.lists.of(tenant, 'channel-accounts/1');
    const place = paging.place(query.cursor);
    const rows = await this.accounts.list(tenant, query.limit + 1, place);
    return paging.page(rows, query.limit, place, { key: ({ id }) => [id], item: (account) => new AccountView(account) });
  }

  @Get(':id')
  @ApiOperation({ summary: 'One channel account.' })
  @ApiOkResponse({ type: AccountView })
  @ApiNotFoundResponse()
  async get(@Param('id') id: string, @Caller() { tenant }: Credential, @Res({ passthrough: true }) reply: Reply): Promise<AccountView> {
    const entity = await this.accounts.get(tenant, id);
    reply.header('etag', entityTag(entity.version));
    return new AccountView(entity);
  }

  @Post()
  @ApiOperation({ summary: 'Makes a channel account.' })
  @ApiCreatedResponse({ type: AccountView })
  @ApiConflictResponse({ description: 'The id, or the address at this provider, is taken.' })
  async create(@Body() body: CreateAccount, @Caller() { tenant }: Credential, @Res({ passthrough: true }) reply: Reply): Promise<AccountView> {
    return this.shown(await this.accounts.create(tenant, newAccount(body)), tenant, reply);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Changes what is named; null takes away. Names inside `secrets` and `settings` change one by one.' })
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOkResponse({ type: AccountView })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiPreconditionFailedResponse()
  async patch(
    @Param('id') id: string,
    @Body() body: ChangeAccount,
    @Caller() { tenant }: Credential,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<AccountView> {
    return this.shown(await this.accounts.patch(tenant, id, body, ifMatch), tenant, reply);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Closes a channel account and forgets its secrets. Its id is never given again.' })
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiNoContentResponse()
  @ApiNotFoundResponse()
  @ApiPreconditionFailedResponse()
  async remove(@Param('id') id: string, @Caller() { tenant }: Credential, @Headers('if-match') ifMatch?: string): Promise<void> {
    await this.accounts.remove(tenant, id, ifMatch);
    await this.visibility.accountGone(id);
  }

  private async shown({ entity, details }: ChangedAccount, tenant: string, reply: Reply): Promise<AccountView> {
    await this.visibility.accountIs({ ...details, tenant }, entity.version);
    reply.header('etag', entityTag(entity.version));
    return new AccountView(entity);
  }
}
