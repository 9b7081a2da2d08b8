import type { Adapter, AdapterAccount, RawRequest } from '../adapter.contract';
import { parseClaims } from './parse-claims';
import { post, sampleBody, webhookUrl, type AdapterSample, type Sign } from './sample';
import { signatureClaims } from './signature-claims';

export interface AdapterContract {
  adapter: Adapter;
  account: AdapterAccount;
  samples: readonly AdapterSample[];
  sign: Sign;
  /** True where the signature covers the address too. */
  signsUrl: boolean;
}

/** A sample as the provider would send it. */
export interface Delivery {
  sample: AdapterSample;
  request: RawRequest;
}

function deliver({ adapter, account, sign }: AdapterContract, sample: AdapterSample): Delivery {
  const request = post(webhookUrl(adapter.provider, account.id), sample.contentType, sampleBody(sample));
  return { sample, request: { ...request, headers: { ...request.headers, ...sign(request, account) } } };
}

/** What every adapter promises, shown on its samples and on any bytes. Call it first in `<provider>.adapter.spec.ts`. */
export function adapterContract(name: string, contract: AdapterContract): void {
  const deliveries = contract.samples.map((sample) => deliver(contract, sample));
  describe(`${name} keeps the adapter contract`, () => {
    it('is named by a lower-case slug', () => expect(contract.adapter.provider).toMatch(/^[a-z][a-z0-9-]*$/));
    it('takes the media types of its samples', () =>
      contract.samples.forEach((sample) => expect(contract.adapter.mediaTypes).toContain(sample.contentType.split(';')[0])));
    describe('verify', () => signatureClaims(contract, deliveries));
    describe('parse', () => parseClaims(contract, deliveries));
  });
}
