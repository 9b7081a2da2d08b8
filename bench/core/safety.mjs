// Says what was on while it was measured, read from the running servers and what they stored; throws where something was off.
const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'shared_buffers', 'max_wal_size', 'max_connections'];

const WALLS = `
  SELECT count(*) AS tables, count(*) FILTER (WHERE c.relrowsecurity AND c.relforcerowsecurity) AS walled
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attname = 'tenant' AND c.relkind IN ('r', 'p') AND n.nspname IN ('profile', 'admin', 'append_bench')`;

/** Words of the posted text, and the phone numbers, in what lies at rest. */
const PLAIN = {
  whole: `SELECT (SELECT count(*) FROM profile.event_body WHERE position('charger'::bytea IN box) > 0 OR position('+1415555'::bytea IN box) > 0)
    + (SELECT count(*) FROM bus.message WHERE topic IN ('interactions', 'timeline') AND (position('charger'::bytea IN value) > 0 OR position('+1415555'::bytea IN value) > 0)) AS plain`,
  append_throughline: `SELECT count(*) AS plain FROM append_bench.event_body WHERE position('charger'::bytea IN box) > 0`,
};

export async function tellSafety(stand, appends) {
  const settings = await stand.ask('whole', 'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name', [SETTINGS]);
  console.log(`PostgreSQL: ${settings.map(({ name, value }) => `${name} ${value}`).join(', ')}`);
  demand('fsync, synchronous commit and full pages', settings.slice(0, 3).every(({ value }) => value === 'on'));
  for (const database of ['whole', 'append_throughline']) {
    const [{ tables, walled }] = await stand.ask(database, WALLS);
    demand(`row-level security forced on ${walled} of ${tables} tables with tenants (${database})`, tables === walled && tables !== '0');
    const plain = await stand.count(database, PLAIN[database]);
    demand(`bodies sealed: ${plain} with readable text (${database})`, plain === 0);
  }
  const { walked, intact, again } = await appends.verify();
  demand(`hash chain: ${intact} of ${walked} streams walked are intact`, walked === intact);
  demand(`dedupe: the same event again is a ${again}`, again === 'duplicate');
}

function demand(what, holds) {
  console.log(`${what}: ${holds ? 'on' : 'OFF'}`);
  if (!holds) throw new Error(`not measured with the shipped defaults: ${what}`);
}
