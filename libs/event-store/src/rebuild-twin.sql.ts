/**
 * DDL that makes a table's twin in another schema, read from the catalog, so that what a migration adds to the table (column,
 * index, policy, right, setting) is in its twin without being named a second time. Indexes and constraints keep their names:
 * those belong to the schema. Parameters: schema, table, the twin's schema. The twin comes without the table's rows.
 */
export const TWIN = `
WITH live AS (
  SELECT c.oid, c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.reloptions, obj_description(c.oid, 'pg_class') AS comment,
    format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', $3::text, c.relname) AS twin
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2
), ddl (step, statement) AS (
  SELECT 1, format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES)%s', twin, name, ' WITH (' || array_to_string(reloptions, ', ') || ')') FROM live
  UNION ALL
  SELECT 2, format('ALTER TABLE %s ADD CONSTRAINT %I %s', twin, k.conname, pg_get_constraintdef(k.oid))
    FROM live JOIN pg_constraint k ON k.conrelid = live.oid AND k.contype IN ('p', 'u', 'x')
  UNION ALL
  SELECT 3, replace(pg_get_indexdef(i.indexrelid), format(' ON %s ', name), format(' ON %s ', twin))
    FROM live JOIN pg_index i ON i.indrelid = live.oid
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = live.oid)
  UNION ALL
  SELECT 4, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', twin) FROM live WHERE relrowsecurity
  UNION ALL
  SELECT 4, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', twin) FROM live WHERE relforcerowsecurity
  UNION ALL
  SELECT 5, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', p.policyname, twin, p.permissive, p.cmd,
      (SELECT string_agg(quote_ident(role), ', ') FROM unnest(p.roles) role))
      || coalesce(' USING (' || p.qual || ')', '') || coalesce(' WITH CHECK (' || p.with_check || ')', '')
    FROM live JOIN pg_policies p ON p.schemaname = $1 AND p.tablename = $2
  UNION ALL
  SELECT 6, format('GRANT %s ON %s TO %s%s', a.privilege_type, twin, a.grantee::regrole, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM live, aclexplode(live.relacl) a WHERE a.grantee <> live.relowner AND a.grantee <> 0
  UNION ALL
  SELECT 7, format('COMMENT ON TABLE %s IS %L', twin, comment) FROM live WHERE comment IS NOT NULL
)
SELECT statement FROM ddl ORDER BY step, statement`;
