/** The steps of the hash chain (chain.ts) as PostgreSQL takes them, of SQL expressions. */
export const leafSql = (envelope: string) => `sha256('\\x00'::bytea || ${envelope})`;
export const joinSql = (prefix: string, leaf: string) => `sha256('\\x01'::bytea || ${prefix} || ${leaf})`;
export const linkSql = (head: string, prefix: string) => `sha256('\\x02'::bytea || ${head} || ${prefix})`;
export const genesisSql = (tenant: string, stream: string) => `sha256('\\x03'::bytea || uuid_send(${tenant}) || uuid_send(${stream}))`;
