import type { KMSClient } from '@aws-sdk/client-kms';

/** Where the key management service is and which of its keys protects ours. */
export interface KmsAddress {
  /** Id, ARN or alias (`alias/...`). */
  keyId: string;
  /** Default: the SDK's (AWS_REGION, profile). */
  region?: string;
  /** Default: AWS's own of the region. */
  endpoint?: string;
}

/** What KMS binds a data key to: it opens for the same words only, and they stand in CloudTrail in the clear. */
export type KmsContext = Record<string, string>;

const CONNECT_MS = 2_000;
const ANSWER_MS = 5_000;

/**
 * A master key that never leaves AWS KMS. Credentials come by the SDK's own ways (environment, workload identity, profile).
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html
 */
export class KmsMasterKey {
  private opened: Promise<Kms> | undefined;

  constructor(private readonly address: KmsAddress) {}

  /** A new data key (32 bytes), in the clear and as only the master key opens it. */
  async newDataKey(context: KmsContext): Promise<{ key: Uint8Array; sealed: Buffer }> {
    const { client, sdk } = await this.kms();
    const answer = await client.send(new sdk.GenerateDataKeyCommand({ KeyId: this.address.keyId, KeySpec: 'AES_256', EncryptionContext: context }));
    return { key: answer.Plaintext!, sealed: Buffer.from(answer.CiphertextBlob!) };
  }

  /** The ciphertext names its master key, so those of an earlier one still open while both stand. */
  async openDataKey(sealed: Buffer, context: KmsContext): Promise<Uint8Array> {
    const { client, sdk } = await this.kms();
    return (await client.send(new sdk.DecryptCommand({ CiphertextBlob: sealed, EncryptionContext: context }))).Plaintext!;
  }

  /** The same data key under this master key, whichever it was under. It is not seen in the clear outside KMS. */
  async resealDataKey(sealed: Buffer, context: KmsContext): Promise<Buffer> {
    const { client, sdk } = await this.kms();
    const contexts = { SourceEncryptionContext: context, DestinationEncryptionContext: context };
    const answer = await client.send(new sdk.ReEncryptCommand({ CiphertextBlob: sealed, DestinationKeyId: this.address.keyId, ...contexts }));
    return Buffer.from(answer.CiphertextBlob!);
  }

  private kms(): Promise<Kms> {
    return (this.opened ??= openKms(this.address));
  }
}

interface Kms {
  client: KMSClient;
  sdk: typeof import('@aws-sdk/client-kms');
}

/** The SDK is loaded where it is used: 60 MB on disk and 200 ms at the start are nothing to those who keep keys in files. */
async function openKms({ region, endpoint }: KmsAddress): Promise<Kms> {
  const sdk = await import('@aws-sdk/client-kms');
  const requestHandler = { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS };
  return { sdk, client: new sdk.KMSClient({ region, endpoint, requestHandler, maxAttempts: 3 }) };
}
