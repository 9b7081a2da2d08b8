import { openBlobStore } from './open-blob-store';

describe('the blob store of an address', () => {
  it.each(['ftp://host/x', 's3', '', 'http://x'])('refuses %p and names the schemes it knows', (url) => {
    expect(() => openBlobStore(url)).toThrow('BLOB_URL must begin with one of: file://');
  });

  it('opens a folder', () => {
    expect(openBlobStore('file:///var/lib/throughline/blobs')).toMatchObject({ folder: '/var/lib/throughline/blobs' });
  });
});
