import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags, ApiUnprocessableEntityResponse } from '@nestjs/swagger';
import { Caller, Scopes, type Credential } from '@throughline/platform';
import { Lists, PageQuery } from '../config/paging';
import { Visibility } from '../config/visibility';
import { ApiKeys } from './api-keys';
import { CreateKey, IssuedKeyView, KeyPage, KeyView } from './keys.contract';

@ApiTags('keys')
@Controller('v1/keys')
@Scopes('admin')
export class KeysController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly lists: Lists,
    private readonly visibility: Visibility,
  ) {}

  @Get()
  @ApiOperation({ summary: "The tenant's keys, oldest first; never their tokens." })
  @ApiOkResponse({ type: KeyPage })
  async list(@Query() query: PageQuery, @Caller() { tenant }: Credential): Promise<KeyPage> {
    const paging = await this.lists.of(tenant, 'keys/1');
    const place = paging.place(query.cursor);
    const rows = await this.keys.list(tenant, query.limit + 1, place);
    return paging.page(rows, query.limit, place, { key: ({ id }) => [id], item: (key) => new KeyView(key) });
  }

  @Post()
  @ApiOperation({ summary: 'Makes a key. The answer is the only one that holds its token.' })
  @ApiCreatedResponse({ type: IssuedKeyView })
  @ApiUnprocessableEntityResponse({ description: 'A scope is not known.' })
  async create(@Body() { name, scopes }: CreateKey, @Caller() { tenant }: Credential): Promise<IssuedKeyView> {
    const issued = await this.keys.create(tenant, { name: name ?? '', scopes });
    await this.visibility.keyThere(issued.entity.id);
    return new IssuedKeyView(issued);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Takes a key away, at once and for good.' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse()
  @ApiUnprocessableEntityResponse({ description: 'It is the last one with the scope admin.' })
  async remove(@Param('id') id: string, @Caller() { tenant }: Credential): Promise<void> {
    await this.keys.remove(tenant, id);
    await this.visibility.keyGone(id);
  }
}
