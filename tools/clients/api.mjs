// The generic door and the profile API, as any gateway or team would call them.

/** Calls the API with the tenant's key. Resolves to { status, body, headers }; throws only where no answer came. */
export async function call(demo, method, path, body, headers = {}) {
  const response = await fetch(demo.publicUrl + path, {
    method,
    headers: { authorization: `Bearer ${demo.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(35_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** The same, but an answer other than 2xx is an error that names the problem. */
export async function ask(demo, method, path, body, headers) {
  const answer = await call(demo, method, path, body, headers);
  if (answer.status >= 300) throw new Error(`${method} ${path.split('?')[0]}: ${answer.status} ${answer.body?.type ?? ''} ${answer.body?.detail ?? ''}`);
  return answer.body;
}

/** Every item of a list, page by page. */
export async function* pages(demo, path) {
  let cursor = null;
  do {
    const page = await ask(demo, 'GET', `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    yield* page.items;
    cursor = page.next;
  } while (cursor);
}

/** The customer who holds this identity, or undefined. */
export async function lookup(demo, namespace, value) {
  const { items } = await ask(demo, 'POST', '/v1/customers/lookup', { identities: [{ namespace, value }] });
  return items[0];
}
