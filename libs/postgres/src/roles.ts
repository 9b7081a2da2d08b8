/**
 * The roles of a service. Only `login` can log in, and it may do nothing but take one of the others for a transaction.
 * `owner` makes and changes the schema, `system` has the tables without tenants; the rest is told in Database.
 */
export type Role = 'login' | 'owner' | 'writer' | 'reader' | 'relay' | 'system';

export const memberRoles = ['owner', 'writer', 'reader', 'relay', 'system'] as const satisfies readonly Role[];

/** Schema of a service: its name with `-` as `_`. Throws where the name is no service's, so it is safe inside SQL. */
export function schemaName(service: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(service) || service.length > 40) throw new Error(`not a service name: ${service}`);
  return service.replaceAll('-', '_');
}

/** Schema beside a service's own in which read models are made anew before they take the place of the live ones. No service has such a name. */
export const nextSchemaName = (service: string) => `${schemaName(service)}__next`;

/** `tl_<schema>` for the login, `tl_<schema>_<role>` for the others. Roles belong to the whole server. */
export const roleName = (service: string, role: Role) =>
  role === 'login' ? `tl_${schemaName(service)}` : `tl_${schemaName(service)}_${role}`;
