export * from './database.contract';
export { byteaArray, int4Array, int8Array, textArray, uuidArray, uuidBytes } from './binary-array';
export { entities } from './entities';
export { openDatabase, type DatabaseOptions } from './open-database';
export { migrate } from './migrate';
export { provision, type ProvisionOptions } from './provision';
export { roleName, schemaName, type Role } from './roles';
export type { ServerLog } from './server-log';
export { systemTable, tenantWall } from './tenant-wall';
