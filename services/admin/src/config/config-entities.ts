import { entities } from '@throughline/postgres';
import { ChannelAccountEntity } from '../accounts/channel-account.entity';
import { ApiKeyEntity } from '../keys/api-key.entity';
import { TenantEntity } from '../tenants/tenant.entity';

/** TypeORM inside our transactions. */
export const managerIn = entities([TenantEntity, ApiKeyEntity, ChannelAccountEntity]);
