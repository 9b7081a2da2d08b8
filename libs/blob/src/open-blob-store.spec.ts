import { openBlobStore } from './open-blob-store';

describe('the blob store of an address', () => {
  it.each(['ftp://host/x', 's3', '', 'http://x'])('refuses %p and names the schemes it knows', (url) => {
    expect(() => openBlobStore(url)).toThrow('BLOB_URL must begin with one of: file.');
  });

  it.each(['file:///var/lib/through%20line', 'file:/var/lib/through line'])('opens the folder of %p', (url) => {
    expect(openBlobStore(url)).toMatchObject({ folder: '/var/lib/through line' });
  });
});
