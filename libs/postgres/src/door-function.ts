import { roleName, schemaName, type Role } from './roles';

/**
 * SQL for functions that the service's login may call in one round trip, in a transaction of its own (`Database.call`): they
 * belong to a role and run as it (SECURITY DEFINER), so its rights and its row-level security hold inside as after SET ROLE.
 * A function for tenants sets them itself: `set_config('tl.tenants', .., true)`.
 * @param functions the statements that make them, `CREATE FUNCTION <name>(..) .. SECURITY DEFINER SET search_path = ..`
 * @param signatures what EXECUTE is given on: `<name>(<argument types>)`
 */
export function doorFunctions(service: string, role: Role, functions: string, signatures: readonly string[]): string {
  const schema = schemaName(service);
  const [login, owner, maker] = [roleName(service, 'login'), roleName(service, 'owner'), roleName(service, role)];
  return [
    `GRANT USAGE ON SCHEMA ${schema} TO ${login}`,
    `GRANT CREATE ON SCHEMA ${schema} TO ${maker}`,
    // The session belongs to the login, which may take either role.
    `SET LOCAL ROLE ${maker}`,
    functions.trim().replace(/;$/, ''),
    ...signatures.flatMap((signature) => [
      `REVOKE ALL ON FUNCTION ${schema}.${signature} FROM PUBLIC`,
      `GRANT EXECUTE ON FUNCTION ${schema}.${signature} TO ${login}`,
    ]),
    `SET LOCAL ROLE ${owner}`,
    `REVOKE CREATE ON SCHEMA ${schema} FROM ${maker}`,
    '',
  ].join(';\n');
}
