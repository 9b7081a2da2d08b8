import { randomBytes, randomUUID } from 'node:crypto';
import { S3, type S3 as S3Client } from '@aws-sdk/client-s3';
import { PART_BYTES } from './blob-driver.contract';
import { DrivenBlobStore } from './driven-blob-store';
import { S3Driver } from './s3/s3-driver';
import { blobFaultsContract, blobOutageContract, blobStoreContract, blobStreamsContract, blobUploadsContract, cutOffProxy, type BlobPlace, type Network } from './testing';

const endpoint = process.env.TL_TEST_AWS;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

if (endpoint) suites(endpoint);
else it.skip('blobs in S3 (skipped: TL_TEST_AWS names no server, and without python3 none can be started)', () => undefined);

/** What is no blob: records and parts of uploads, content to which no name points. */
async function leftovers(s3: S3Client, Bucket: string): Promise<string[]> {
  const keys = ((await s3.listObjectsV2({ Bucket })).Contents ?? []).map(({ Key }) => Key!.split('/').slice(1).join('/'));
  const names = keys.filter((key) => !/^(content|uploads)\//.test(key));
  const heads = await Promise.all(names.map((key) => s3.headObject({ Bucket, Key: `pre/${key}` })));
  const pointed = new Set(heads.map(({ Metadata }) => Metadata?.content));
  const parts = ((await s3.listMultipartUploads({ Bucket })).Uploads ?? []).map(({ Key }) => `parts of ${Key}`);
  return [...keys.filter((key) => !names.includes(key) && !pointed.has(key.split('/').at(-1))), ...parts];
}

/** A bucket of its own. */
async function newBucket(address: string): Promise<{ s3: S3Client; bucket: string }> {
  const s3 = new S3({ endpoint: address, region: 'us-east-1', forcePathStyle: true, credentials });
  const bucket = `blobs-${randomUUID()}`;
  await s3.createBucket({ Bucket: bucket });
  return { s3, bucket };
}

const urlOf = (bucket: string, address: string, more = '') => `s3://test:test@${bucket}/pre?pathStyle=1&endpoint=${encodeURIComponent(address)}${more}`;

function suites(address: string): void {
  const place = (more: string) => async (): Promise<BlobPlace> => {
    const { s3, bucket } = await newBucket(address);
    return { url: urlOf(bucket, address, more), leftovers: () => leftovers(s3, bucket), close: () => Promise.resolve(s3.destroy()) };
  };
  const placeBehindNetwork = async (): Promise<BlobPlace & { network: Network }> => {
    const { s3, bucket } = await newBucket(address);
    const network = await cutOffProxy(new URL(address));
    return {
      url: urlOf(bucket, `http://${network.host}`),
      network,
      leftovers: () => leftovers(s3, bucket),
      close: () => network.close().then(() => s3.destroy()),
    };
  };

  blobStoreContract('S3', place(''));
  blobStoreContract('S3 without conditional writes and checksums', place('&conditional=0&checksums=required'));
  blobStreamsContract('S3', place(''));
  blobUploadsContract('S3', place(''));
  blobFaultsContract('S3', place(''));
  blobOutageContract('S3', placeBehindNetwork);
  describe('blobs in S3', () => requests(address));
}

type Call = (input: Record<string, unknown>) => Promise<unknown>;

/** The client, but that calls of one name go through this. */
const through = (s3: S3Client, name: string, change: (call: Call) => Call): S3Client =>
  new Proxy(s3, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as Call;
      return key === name ? change(call) : call;
    },
  });

const answers = (status: number) => Object.assign(new Error(`answered ${status}`), { $metadata: { httpStatusCode: status } });

function requests(address: string): void {
  const tenant = randomUUID();
  let s3: S3Client;
  let bucket: string;
  let id: string;
  const storeOver = (client: S3Client) => new DrivenBlobStore(new S3Driver(client, { bucket, prefix: 'pre' }));

  beforeAll(async () => {
    ({ s3, bucket } = await newBucket(address));
  });
  beforeEach(() => {
    id = randomUUID();
  });
  afterAll(() => s3.destroy());

  it('need one request to put or get a small one, and none that lists', async () => {
    const called: string[] = [];
    const told = new Proxy(s3, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        return typeof value !== 'function' ? value : (...input: unknown[]) => (called.push(String(key)), value.apply(target, input));
      },
    });
    const store = storeOver(told);
    await store.put(tenant, id, Buffer.from('x'));
    await store.get(tenant, id);
    expect(called).toEqual(['putObject', 'getObject']);
    await store.write({ tenant, id: randomUUID() }, [randomBytes(PART_BYTES + 1)], { maxBytes: 2 * PART_BYTES });
    expect(called.filter((name) => name.startsWith('list'))).toEqual([]);
  });

  it('lie under their class and tenant', async () => {
    await storeOver(s3).put(tenant, id, Buffer.from('x'), 'raw');
    expect(await s3.headObject({ Bucket: bucket, Key: `pre/raw/${tenant}/${id}` })).toMatchObject({ ContentLength: 1 });
  });

  it('fall back to looking first where the server says it knows no conditions', async () => {
    const old = through(s3, 'putObject', (call) => (input) => (input.IfNoneMatch ? Promise.reject(answers(501)) : call(input)));
    const store = storeOver(old);
    await store.put(tenant, id, Buffer.from('first'));
    await store.put(tenant, id, Buffer.from('second'));
    expect((await store.get(tenant, id))?.toString()).toBe('first');
  });

  it('try again where another conditional write is under way', async () => {
    let conflicts = 2;
    const busy = through(s3, 'putObject', (call) => (input) => ((conflicts -= 1) >= 0 ? Promise.reject(answers(409)) : call(input)));
    await storeOver(busy).put(tenant, id, Buffer.from('x'));
    expect((await storeOver(s3).get(tenant, id))?.toString()).toBe('x');
  });

  it('stay where the answer to the last write is lost and it is finished again', async () => {
    let lost = false;
    const losing = through(s3, 'putObject', (call) => async (input) => {
      const answer = await call(input);
      if (!input.IfNoneMatch || lost) return answer;
      lost = true;
      throw new Error('socket hang up');
    });
    const bytes = randomBytes(PART_BYTES + 5);
    const upload = await storeOver(losing).begin({ tenant, id }, { maxBytes: bytes.length });
    await upload.append(0, bytes.subarray(0, PART_BYTES));
    await upload.append(PART_BYTES, bytes.subarray(PART_BYTES));
    await expect(upload.finish()).rejects.toMatchObject({ slug: 'blob-store-unavailable' });
    expect(await upload.finish()).toMatchObject({ bytes: bytes.length });
    expect((await storeOver(s3).get(tenant, id))?.equals(bytes)).toBe(true);
    expect(await leftovers(s3, bucket)).toEqual([]);
  });

  it('sweep the parts of a writer that died before its record was kept', async () => {
    await s3.createMultipartUpload({ Bucket: bucket, Key: `pre/content/log/${tenant}/${randomUUID()}` });
    expect(await storeOver(s3).sweep(new Date(Date.now() + 3_600_000))).toBe(1);
    expect(await leftovers(s3, bucket)).toEqual([]);
  });

  it('are not given out where the bucket holds other bytes', async () => {
    const store = storeOver(s3);
    await store.put(tenant, id, Buffer.from('as it was'));
    const Key = `pre/log/${tenant}/${id}`;
    const { Metadata } = await s3.headObject({ Bucket: bucket, Key });
    await s3.putObject({ Bucket: bucket, Key, Body: 'other', Metadata });
    await expect(store.get(tenant, id)).rejects.toMatchObject({ kind: 'rejected', slug: 'blob-hash-mismatch' });
  });

  it('are unavailable where the bucket is missing, not absent', async () => {
    const nowhere = new DrivenBlobStore(new S3Driver(s3, { bucket: `missing-${randomUUID()}` }));
    await expect(nowhere.get(tenant, id)).rejects.toMatchObject({ slug: 'blob-store-unavailable' });
    expect(await nowhere.healthy()).toBe(false);
  });
}
