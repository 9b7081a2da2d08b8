// What the router answers from all services together: readiness, metrics, the API's description.

const LIMIT_MS = 5000;

const ask = (base, path) => fetch(`${base}${path}`, { signal: AbortSignal.timeout(LIMIT_MS) });

/** 200 when every service is ready, else 503; names those that are not. */
export async function readiness(services, path) {
  const states = await Promise.all(
    Object.entries(services).map(async ([name, base]) => [name, await ask(base, path).then((answer) => answer.ok, () => false)]),
  );
  const ready = states.every(([, ok]) => ok);
  return { status: ready ? 200 : 503, body: { status: ready ? 'ok' : 'error', services: Object.fromEntries(states.map(([name, ok]) => [name, ok ? 'up' : 'down'])) } };
}

const described = new Map();

/** A service that is down is described as it was when it last answered. */
async function describe(base) {
  const answer = await ask(base, '/openapi.json').catch(() => undefined);
  if (answer?.ok) described.set(base, await answer.json());
  if (!described.has(base)) throw new Error(`${base} has not described itself yet`);
  return described.get(base);
}

/** One OpenAPI document of all: paths and components joined, the first one's head. Throws where a service never answered. */
export async function openApi(services) {
  const documents = await Promise.all(Object.values(services).map(describe));
  const merged = structuredClone(documents[0]);
  for (const document of documents.slice(1)) {
    for (const [path, item] of Object.entries(document.paths ?? {})) merged.paths[path] = { ...merged.paths[path], ...item };
    for (const [kind, entries] of Object.entries(document.components ?? {})) {
      merged.components = { ...merged.components, [kind]: { ...merged.components?.[kind], ...entries } };
    }
    merged.tags = [...(merged.tags ?? []), ...(document.tags ?? []).filter(({ name }) => !merged.tags?.some((tag) => tag.name === name))];
  }
  return merged;
}

/** Prometheus text of all, each sample labelled with its service; a service that does not answer is left out. */
export async function metrics(services) {
  const families = new Map();
  for (const [name, base] of Object.entries(services)) {
    const text = await ask(base, '/metrics').then((answer) => answer.text(), () => '');
    for (const line of text.split('\n')) addLine(families, name, line);
  }
  return [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]).join('\n') + '\n';
}

function addLine(families, service, line) {
  const comment = /^# (HELP|TYPE) (\S+)/.exec(line);
  if (comment) {
    const family = families.get(comment[2]) ?? { head: [], samples: [] };
    families.delete(comment[2]);
    families.set(comment[2], family);
    if (!family.head.some((known) => known.startsWith(comment[0]))) family.head.push(line);
    return;
  }
  const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (.+)$/.exec(line);
  if (!sample) return;
  const [, name, labels, value] = sample;
  const key = families.has(name) ? name : name.replace(/_(bucket|sum|count|total)$/, '');
  const family = families.get(key) ?? { head: [], samples: [] };
  families.set(key, family);
  const label = /(^|,)service=/.test(labels ?? '') ? '' : `service="${service}"`;
  family.samples.push(`${name}{${[label, labels].filter(Boolean).join(',')}} ${value}`);
}
