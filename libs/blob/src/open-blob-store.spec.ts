import { openBlobStore } from './open-blob-store';
import { s3OptionsOf } from './s3/s3-options';

describe('the blob store of an address', () => {
  it.each(['ftp://host/x', 's3', '', 'http://x', 'postgres:'])('refuses %p and names the schemes it knows', async (url) => {
    await expect(openBlobStore(url)).rejects.toThrow('BLOB_URL must begin with one of: file, postgres, postgresql, s3.');
  });

  it.each(['file:///var/lib/through%20line', 'file:/var/lib/through line'])('opens the folder of %p', async (url) => {
    expect(await openBlobStore(url)).toMatchObject({ driver: { root: '/var/lib/through line' } });
  });
});

describe('the address of a bucket', () => {
  it('says the bucket, the prefix and how its server is spoken to', () => {
    const url = 's3://key:se%2Fcret@blobs/through/line/?region=eu-central-1&endpoint=https%3A%2F%2Fs3.example%3A9000&pathStyle=1&conditional=0&checksums=required';
    expect(s3OptionsOf(url)).toEqual({
      bucket: 'blobs',
      prefix: 'through/line',
      region: 'eu-central-1',
      endpoint: 'https://s3.example:9000',
      pathStyle: true,
      conditional: false,
      checksums: 'WHEN_REQUIRED',
      credentials: { accessKeyId: 'key', secretAccessKey: 'se/cret' },
    });
  });

  it('leaves the rest to the SDK', () => {
    expect(s3OptionsOf('s3://blobs')).toEqual({ bucket: 'blobs', prefix: '', pathStyle: false, conditional: true });
  });

  it.each(['s3://blobs?pathstyle=1', 's3:///prefix'])('refuses %p and does not repeat it', (url) => {
    expect(() => s3OptionsOf(url)).toThrow(/^BLOB_URL (has a setting that S3 does not know|must name a bucket: s3:\/\/<bucket>)\.$/);
  });
});
