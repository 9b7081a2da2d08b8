import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, Operator, type Credential } from '@throughline/platform';
import { Visibility } from '../config/visibility';
import { IssuedKeyView } from '../keys/keys.contract';
import { Tenants } from './tenants';
import { CreatedTenantView, CreateTenant, TenantView } from './tenants.contract';

@ApiTags('tenants')
@Controller('v1/tenants')
export class TenantsController {
  constructor(
    private readonly tenants: Tenants,
    private readonly visibility: Visibility,
  ) {}

  @Post()
  @Operator()
  @ApiOperation({ summary: "Makes a tenant and its first key. Needs the operator's token." })
  @ApiCreatedResponse({ type: CreatedTenantView })
  async create(@Body() body: CreateTenant): Promise<CreatedTenantView> {
    const { tenant, key } = await this.tenants.create(body);
    await this.visibility.keyThere(key.entity.id);
    return new CreatedTenantView(tenant, new IssuedKeyView(key));
  }

  @Get(':id')
  @ApiOperation({ summary: "The caller's own tenant." })
  @ApiOkResponse({ type: TenantView })
  @ApiNotFoundResponse({ description: 'No such tenant, or not the own one.' })
  async get(@Param('id') id: string, @Caller() caller: Credential): Promise<TenantView> {
    return new TenantView(await this.tenants.get(id, caller.tenant));
  }
}
