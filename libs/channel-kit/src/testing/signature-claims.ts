import fc from 'fast-check';
import type { AdapterAccount, RawRequest } from '../adapter.contract';
import type { AdapterContract, Delivery } from './adapter-contract';

const withSecrets = (account: AdapterAccount, change: (secret: string) => string): AdapterAccount => ({
  ...account,
  secrets: Object.fromEntries(Object.entries(account.secrets).map(([name, secret]) => [name, change(secret)])),
});

/** Ways to spoil a signature that a lenient reader lets pass. */
const SPOILED: Record<string, (signature: string) => string> = {
  empty: () => '',
  truncated: (signature) => signature.slice(0, -1),
  stretched: (signature) => `${signature}A`,
  'followed by a space': (signature) => `${signature} `,
  doubled: (signature) => `${signature}, ${signature}`,
  'followed by another': (signature) => `${signature},x`,
};

export function signatureClaims(contract: AdapterContract, deliveries: readonly Delivery[]): void {
  const { adapter, account } = contract;
  const each = (check: (request: RawRequest) => void) => () => deliveries.forEach(({ request }) => check(request));
  const refuses = (request: RawRequest, by = account) => expect(adapter.verify(request, by)).toBe(false);

  it('accepts every signed sample', each((request) => expect(adapter.verify(request, account)).toBe(true)));
  it('rejects another secret', each((request) => refuses(request, withSecrets(account, (secret) => `${secret}x`))));
  it('rejects everything for an account with an empty secret', each((request) => refuses(request, withSecrets(account, () => ''))));
  it('rejects everything for an account without secrets', each((request) => refuses(request, { ...account, secrets: {} })));
  it('rejects what an empty secret signed', each((request) => refuses(resign(contract, request), withSecrets(account, () => ''))));
  it('rejects a body with one bit flipped', () => flippedBits(contract, deliveries));
  it('never throws, whatever the bytes', () => neverThrows(contract));
  if (contract.signsUrl) it('rejects another address', each((request) => refuses({ ...request, url: `${request.url}?a=b` })));
  spoiledSignatures(contract, each);
}

/** The request as one would sign it who knows that the account has no secret. */
function resign({ sign, account }: AdapterContract, request: RawRequest): RawRequest {
  return { ...request, headers: { ...request.headers, ...sign(request, withSecrets(account, () => '')) } };
}

function spoiledSignatures({ adapter, account, sign }: AdapterContract, each: (check: (request: RawRequest) => void) => () => void): void {
  const spoil = (request: RawRequest, change: (signature: string) => string | undefined) =>
    Object.entries(sign(request, account)).forEach(([header, signature]) => {
      const { [header]: _, ...headers } = request.headers;
      const spoiled = change(signature);
      expect(adapter.verify({ ...request, headers: spoiled === undefined ? headers : { ...headers, [header]: spoiled } }, account)).toBe(false);
    });
  it('rejects a missing signature', each((request) => spoil(request, () => undefined)));
  it.each(Object.entries(SPOILED))('rejects a signature that is %s', (_, change) => each((request) => spoil(request, change))());
}

function flippedBits({ adapter, account }: AdapterContract, deliveries: readonly Delivery[]): void {
  fc.assert(
    fc.property(fc.constantFrom(...deliveries), fc.nat(), ({ request }, at) => {
      const body = Buffer.from(request.body);
      // The lowest bit: flipping 0x20 may only change the case of a percent escape, which means the same.
      body[at % body.length]! ^= 1;
      return !adapter.verify({ ...request, body }, account);
    }),
  );
}

function neverThrows({ adapter, account }: AdapterContract): void {
  const header = fc.dictionary(fc.constantFrom('content-type', 'x-twilio-signature', 'x-hub-signature-256'), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), header, fc.string(), (bytes, headers, query) => {
      const request: RawRequest = { method: 'POST', url: `https://x.example/?${query}`, query: new URLSearchParams(query), headers, body: Buffer.from(bytes) };
      return !adapter.verify(request, account);
    }),
  );
}
