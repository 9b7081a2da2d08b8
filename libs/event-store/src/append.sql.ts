import { schemaName } from '@throughline/postgres';
import { genesisSql, joinSql, leafSql, linkSql } from './chain.sql';

/**
 * Parameters of the functions that append. Arrays s_ have an element per stream, in the order of the streams; x_ one per
 * expected version (-1: any but 0), in the order of the calls; e_ one per event, call by call. x_stream and e_stream count
 * streams, e_nth an event's place in its stream's group, x_call and e_call calls, all from 1.
 */
const PARAMETERS = `careful boolean, s_tenant uuid[], s_stream uuid[], s_count int[], s_prefix bytea[],
  x_call int[], x_stream int[], x_version bigint[],
  e_call int[], e_stream int[], e_nth int[], e_id uuid[], e_digest bytea[], e_type text[], e_occurred bigint[], e_key bytea[],
  e_envelope bytea[], e_prefix bytea[], e_key_id text[], e_box bytea[]`;
const RESULT = `OUT generation int, OUT xid xid8, OUT first_n bigint, OUT recorded_at bigint, OUT versions text,
  OUT taken jsonb, OUT refused jsonb, OUT nth text`;

/**
 * SQL: arrays of one length as rows, with each one's place. In the list of columns, since as a table of their own (`FROM unnest`) the
 * rows would be written and read once more: a tenth of what an event costs in a group of 1,000.
 */
function unfolded(name: string, arrays: Record<string, string>): string {
  const columns = Object.entries(arrays).map(([column, array]) => `unnest(${array}) AS ${column}`);
  return `(SELECT ${columns.join(', ')}, generate_subscripts(${Object.values(arrays)[0]}, 1) AS place) AS ${name}`;
}

/**
 * A statement of append_events. Raises the streams, in their order (no deadlock between appends), by all that the group would
 * append, and tells their versions and heads before. A stream that is new gets its number in the group as version and its prefix
 * as head: an INSERT has no other place to hand them to its DO UPDATE. settle_streams puts it right.
 */
const raise = (schema: string) => `
  WITH r AS (
    INSERT INTO ${schema}.stream AS s (tenant, stream, version, head)
      SELECT g.tenant, g.stream, g.place, g.prefix FROM ${unfolded('g', { tenant: 's_tenant', stream: 's_stream', prefix: 's_prefix' })}
      ON CONFLICT (tenant, stream) DO UPDATE SET version = s.version + s_count[excluded.version::int], head = ${linkSql('s.head', 'excluded.head')}
      RETURNING s.tenant, s.stream, old.version AS version, old.head AS head)
  SELECT array_agg(r.stream), array_agg(coalesce(r.version, 0)), array_agg(coalesce(r.head, ${genesisSql('r.tenant', 'r.stream')})),
      bool_or(r.version IS NULL), (SELECT l.generation FROM ${schema}.log l)
    INTO s_raised, s_version, s_head, fresh, generation FROM r;
  IF s_raised <> s_stream THEN RAISE EXCEPTION 'streams came back in another order'; END IF;
`;

/**
 * Puts right the streams that are new, and those that were raised by events that are left out (`raised` is the count of
 * before). Each is found by its key; a plan of an UPDATE made while the table was small would read all of it for ever.
 */
const settle = (schema: string) => `
CREATE FUNCTION settle_streams(s_tenant uuid[], s_stream uuid[], s_count int[], s_prefix bytea[], versions bigint[], heads bytea[], raised int[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ${schema}.stream AS s (tenant, stream, version, head)
    SELECT g.tenant, g.stream, g.version + g.count, CASE g.count WHEN 0 THEN g.head ELSE ${linkSql('g.head', 'g.prefix')} END
    FROM unnest(s_tenant, s_stream, s_count, s_prefix, versions, heads, raised) AS g(tenant, stream, count, prefix, version, head, raised)
    WHERE g.version = 0 OR g.count <> g.raised
    ON CONFLICT (tenant, stream) DO UPDATE SET version = excluded.version, head = excluded.head;
END $$;
`;

/** Which of the group's ids the log knew before, and where. OFFSET 0: each is looked up by the index, whatever the planner believes of the table. */
const lookUp = (schema: string) => `
CREATE FUNCTION look_up_events(s_tenant uuid[], e_stream int[], e_id uuid[], first_n bigint, OUT known boolean[], OUT taken jsonb)
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  at int;
BEGIN
  known := array_fill(false, ARRAY[cardinality(e_id)]);
  SELECT jsonb_agg(jsonb_build_object('place', e.place, 'xid', i.xid::text, 'n', i.n::text, 'digest', encode(i.digest, 'hex'))) INTO taken
    FROM unnest(e_stream, e_id) WITH ORDINALITY AS e(stream, id, place)
    CROSS JOIN LATERAL (SELECT i.xid, i.n, i.digest FROM ${schema}.event_id i WHERE i.tenant = s_tenant[e.stream] AND i.id = e.id OFFSET 0) i
    WHERE i.n NOT BETWEEN first_n AND first_n + cardinality(e_id) - 1;
  FOR at IN SELECT (t->>'place')::int FROM jsonb_array_elements(taken) AS t LOOP known[at] := true; END LOOP;
END $$;
`;

/** Is the stream of the condition at the version that it expects? */
const fits = (versions: string, x: string) =>
  `(CASE x_version[${x}] WHEN -1 THEN ${versions}[x_stream[${x}]] > 0 ELSE ${versions}[x_stream[${x}]] = x_version[${x}] END)`;

/** Call by call: are its streams at the versions it expects, with what the calls before it append? A call whose events are all known is not refused. */
const judge = `
CREATE FUNCTION judge_calls(versions bigint[], x_call int[], x_stream int[], x_version bigint[], e_call int[], e_stream int[], known boolean[],
  OUT keep boolean[], OUT refused jsonb)
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  e int := 1;
  e_beyond int;
  x int := 1;
  anew boolean;
  refusal jsonb;
BEGIN
  keep := array_fill(false, ARRAY[cardinality(e_call)]);
  WHILE e <= cardinality(e_call) LOOP
    e_beyond := e;
    anew := false;
    refusal := NULL;
    WHILE e_call[e_beyond] = e_call[e] LOOP
      anew := anew OR NOT known[e_beyond];
      e_beyond := e_beyond + 1;
    END LOOP;
    WHILE x_call[x] = e_call[e] LOOP
      IF anew AND refusal IS NULL AND NOT ${fits('versions', 'x')} THEN
        refusal := jsonb_build_object('call', e_call[e], 'condition', x, 'actual', versions[x_stream[x]]);
      END IF;
      x := x + 1;
    END LOOP;
    IF refusal IS NOT NULL THEN refused := coalesce(refused, '[]') || refusal; END IF;
    FOR i IN e..e_beyond - 1 LOOP
      IF refusal IS NULL AND NOT known[i] THEN
        keep[i] := true;
        versions[e_stream[i]] := versions[e_stream[i]] + 1;
      END IF;
    END LOOP;
    e := e_beyond;
  END LOOP;
END $$;
`;

/** Counts and chains the events that are kept anew in the streams that lose one. */
const rechain = `
CREATE FUNCTION rechain_events(keep boolean[], e_stream int[], e_envelope bytea[], INOUT s_count int[], INOUT s_prefix bytea[], INOUT e_nth int[], INOUT e_prefix bytea[])
LANGUAGE plpgsql AS $$
DECLARE
  loses boolean[] := array_fill(false, ARRAY[cardinality(s_count)]);
  stream int;
BEGIN
  FOR i IN 1..cardinality(keep) LOOP
    IF NOT keep[i] THEN
      loses[e_stream[i]] := true;
      s_count[e_stream[i]] := 0;
      e_nth[i] := NULL;
    END IF;
  END LOOP;
  FOR i IN 1..cardinality(keep) LOOP
    stream := e_stream[i];
    CONTINUE WHEN NOT keep[i] OR NOT loses[stream];
    s_prefix[stream] := CASE s_count[stream] WHEN 0 THEN ${leafSql('e_envelope[i]')} ELSE ${joinSql('s_prefix[stream]', leafSql('e_envelope[i]'))} END;
    s_count[stream] := s_count[stream] + 1;
    e_nth[i] := s_count[stream];
    e_prefix[i] := s_prefix[stream];
  END LOOP;
END $$;
`;

/** Statements of append_events: the events that are kept, and their bodies beside them. */
const store = (schema: string) => `
  INSERT INTO ${schema}.event (xid, n, version, group_start, occurred_at, recorded_at, tenant, stream, id, type, key, envelope, chain)
    SELECT xid, first_n + e.place - 1, s_version[e.stream] + e.nth, s_version[e.stream] + 1, e.occurred, recorded_at, s_tenant[e.stream], s_stream[e.stream],
      e.id, e.type, e.key, e.envelope, ${linkSql('s_head[e.stream]', 'e.prefix')}
    FROM ${unfolded('e', { stream: 'e_stream', nth: 'e_nth', id: 'e_id', type: 'e_type', occurred: 'e_occurred', key: 'e_key', envelope: 'e_envelope', prefix: 'e_prefix' })}
    WHERE keep IS NULL OR keep[e.place];
  INSERT INTO ${schema}.event_body (n, tenant, key_id, digest, box)
    SELECT first_n + e.place - 1, s_tenant[e.stream], e.key_id, e.digest, e.box
    FROM ${unfolded('e', { stream: 'e_stream', key_id: 'e_key_id', digest: 'e_digest', box: 'e_box' })}
    WHERE keep IS NULL OR keep[e.place];
`;

/**
 * Appends a group of calls: in the tenants of the caller's transaction, or, where `tenants` are given, in a transaction of its own for
 * these, by a session that has the writer's role. It waits for a stream that another transaction has in work; one of its own not for
 * long, since all its callers wait with it. What will not do is left out and the rest is written: events
 * whose id is there (`taken`), calls whose streams are at other versions (`refused`). Ids are claimed before anything is
 * known of them, which is right where none is there and every version fits; else, or where a call expects a version that
 * another call of the group moves (`careful`), they are looked up and the calls judged first. Raises 40001 where another
 * transaction claims one of these ids meanwhile for another stream: try again.
 */
const append = (schema: string) => `
CREATE FUNCTION append_events(tenants text, ${PARAMETERS}, ${RESULT})
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_variable
DECLARE
  s_raised uuid[];
  s_version bigint[];
  s_head bytea[];
  fresh boolean;
  stamp record;
  setting text;
  known boolean[];
  keep boolean[];
  claimed int;
  raised int[] := s_count;
BEGIN
  IF tenants IS NOT NULL THEN
    setting := set_config('tl.tenants', tenants, true);
    setting := set_config('lock_timeout', '2s', true);
  END IF;
  ${raise(schema).trim()}
  stamp := ${schema}.stamp_events(cardinality(e_id));
  xid := stamp.xid;
  first_n := stamp.first_n;
  recorded_at := stamp.recorded_at;
  FOR i IN 1..cardinality(x_call) LOOP
    careful := careful OR NOT ${fits('s_version', 'i')};
  END LOOP;
  IF careful THEN
    SELECT l.known, l.taken INTO known, taken FROM ${schema}.look_up_events(s_tenant, e_stream, e_id, first_n) l;
    SELECT j.keep, j.refused INTO keep, refused FROM ${schema}.judge_calls(s_version, x_call, x_stream, x_version, e_call, e_stream, known) j;
  END IF;
  INSERT INTO ${schema}.event_id (tenant, id, xid, n, digest)
    SELECT s_tenant[e.stream], e.id, xid, first_n + e.place - 1, e.digest
    FROM ${unfolded('e', { stream: 'e_stream', id: 'e_id', digest: 'e_digest' })} WHERE keep IS NULL OR keep[e.place] ORDER BY e.id
    ON CONFLICT (tenant, id) DO NOTHING;
  GET DIAGNOSTICS claimed = ROW_COUNT;
  IF careful AND claimed < cardinality(array_positions(keep, true)) THEN
    RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'an id was appended meanwhile';
  ELSIF NOT careful AND claimed < cardinality(e_id) THEN
    SELECT l.known, l.taken INTO known, taken FROM ${schema}.look_up_events(s_tenant, e_stream, e_id, first_n) l;
    keep := ARRAY(SELECT NOT l.known FROM unnest(known) WITH ORDINALITY AS l(known, place) ORDER BY l.place);
  END IF;
  IF false = ANY (keep) THEN
    SELECT r.s_count, r.s_prefix, r.e_nth, r.e_prefix INTO s_count, s_prefix, e_nth, e_prefix
      FROM ${schema}.rechain_events(keep, e_stream, e_envelope, s_count, s_prefix, e_nth, e_prefix) r;
    nth := array_to_string(e_nth, ',', '');
  ELSE
    keep := NULL;
  END IF;
  IF fresh OR keep IS NOT NULL THEN PERFORM ${schema}.settle_streams(s_tenant, s_stream, s_count, s_prefix, s_version, s_head, raised); END IF;
  ${store(schema).trim()}
  versions := array_to_string(s_version, ',');
END $$;
`;

/** The functions that append. */
export function appendFunctions(service: string): string {
  const schema = schemaName(service);
  return [settle(schema), lookUp(schema), judge, rechain, append(schema)].join('');
}
