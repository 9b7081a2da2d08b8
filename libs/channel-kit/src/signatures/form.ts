/**
 * The fields of an `application/x-www-form-urlencoded` body (WHATWG URL, section 5.1) in their order, with every value of a
 * repeated key. Bytes that are no UTF-8 become U+FFFD, so that any input gives an answer.
 */
export function parseForm(body: Buffer): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(body.toString('utf8'))) {
    const values = fields.get(key);
    if (values) values.push(value);
    else fields.set(key, [value]);
  }
  return fields;
}
