import { createHash } from 'node:crypto';
import { parseForm, type RawRequest } from '@throughline/channel-kit';
import fc from 'fast-check';
import { getExpectedTwilioSignature, validateRequest, validateRequestWithBody } from 'twilio/lib/webhooks/webhooks';
import { twilioSignature, verifyTwilio } from './twilio-signature';
import vectors from './twilio-signature.vectors.json';

const FORM = 'application/x-www-form-urlencoded';

const request = (url: string, contentType: string, body: string, signature: string): RawRequest => ({
  method: 'POST',
  url,
  query: new URL(url).searchParams,
  headers: { 'content-type': contentType, 'x-twilio-signature': signature },
  body: Buffer.from(body),
});

/** What the vendor's own validator says of a form. */
const vendorSays = (url: string, body: string, signature: string, token: string) =>
  validateRequest(token, signature, url, Object.fromEntries([...parseForm(Buffer.from(body))].map(([key, values]) => [key, values.length > 1 ? values : values[0]])));

describe('the published vectors', () => {
  it.each(vectors.vectors.map((vector) => [vector.valid ? 'accepted' : 'refused', vector.name, vector] as const))('%s: %s', (_, __, { url, contentType, body, signature, authToken, valid }) =>
    expect(verifyTwilio(request(url, contentType, body, signature), authToken)).toBe(valid));
});

describe('beside the validator of the vendor', () => {
  const fields = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' })), { maxLength: 8 });
  const address = fc.record({ https: fc.boolean(), port: fc.constantFrom('', ':80', ':443', ':8443'), query: fc.constantFrom('', '?a=b', "?a='b'", '?a=%27b', '?a=b&c=%20d') });
  const urls = address.map(({ https, port, query }) => `${https ? 'https' : 'http'}://calls.example${port}/v1/webhooks/twilio-voice/acc${query}`);

  it('signs any form alike', () =>
    fc.assert(
      fc.property(urls, fields, (url, pairs) => {
        const form = parseForm(Buffer.from(new URLSearchParams(pairs).toString()));
        expect(twilioSignature('token', url, form)).toBe(getExpectedTwilioSignature('token', url, Object.fromEntries(form)));
      }),
    ));
  it('accepts what it accepts, over every pair of addresses', () =>
    fc.assert(
      fc.property(urls, urls, fields, (signed, called, pairs) => {
        const body = new URLSearchParams(pairs).toString();
        const signature = twilioSignature('token', signed, parseForm(Buffer.from(body)));
        if (vendorSays(called, body, signature, 'token')) expect(verifyTwilio(request(called, FORM, body, signature), 'token')).toBe(true);
      }),
      { numRuns: 500 },
    ));
  it('refuses what it refuses, but for quotes written another way', () =>
    fc.assert(
      fc.property(urls, urls, (signed, called) => {
        const signature = twilioSignature('token', signed, new Map());
        const sameButForQuotes = called.replace(/:\d+\//, '/').replaceAll("'", '%27') === signed.replace(/:\d+\//, '/').replaceAll("'", '%27');
        if (!vendorSays(called, '', signature, 'token') && !sameButForQuotes) expect(verifyTwilio(request(called, FORM, '', signature), 'token')).toBe(false);
      }),
      { numRuns: 500 },
    ));
  it('says the same of JSON bodies with their hash in the address', () =>
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (body, spoil) => {
        const hash = createHash('sha256').update(body).digest('hex');
        const url = `https://calls.example/hook?bodySHA256=${hash}`;
        const signature = twilioSignature('token', url, new Map());
        const sent = spoil ? `${body} ` : body;
        expect(verifyTwilio(request(url, 'application/json', sent, signature), 'token')).toBe(validateRequestWithBody('token', signature, url, sent));
      }),
    ));
});

describe('a JSON body', () => {
  it('is refused without its hash in the address', () => {
    const url = 'https://calls.example/hook';
    expect(verifyTwilio(request(url, 'application/json', '{}', twilioSignature('token', url, new Map())), 'token')).toBe(false);
  });
});
