// What "the others answer" means: a real route of each service, asked at its own address. No 5xx, an answer within the limit.
const LIMIT_MS = 5_000;

const routes = (demo) => ({
  admin: { path: '/v1/channel-accounts', headers: { authorization: `Bearer ${demo.apiKey}` } },
  ingest: { path: '/v1/interactions', method: 'POST', headers: { authorization: `Bearer ${demo.apiKey}`, 'content-type': 'application/json' }, body: '{}' },
  phone: { path: '/v1/webhooks/twilio-voice/acc_phone', method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' },
  social: { path: '/v1/webhooks/whatsapp/acc_whatsapp', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
  'web-chat': { path: '/chat' },
  profile: { path: '/v1/customers?identity=phone:%2B14155550000', headers: { authorization: `Bearer ${demo.apiKey}` } },
  email: { path: '/health/live' },
});

/** Asks every service but the one that is down; the names of those that did not answer, with what came instead. */
export async function silentServices(demo, addresses, down) {
  const known = routes(demo);
  const asked = Object.keys(addresses).filter((name) => name !== down && known[name]);
  const faults = await Promise.all(asked.map((name) => faultOf(addresses[name] + known[name].path, known[name])));
  return asked.flatMap((name, i) => (faults[i] ? [`${name} (${faults[i]})`] : []));
}

/** Undefined where it answers. */
async function faultOf(url, { path: _, ...init }) {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(LIMIT_MS) });
    await response.arrayBuffer();
    return response.status >= 500 ? `HTTP ${response.status}` : undefined;
  } catch (error) {
    return error.cause?.code ?? error.name;
  }
}
