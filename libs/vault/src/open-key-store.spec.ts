import { inspect } from 'node:util';
import { openKeyStore } from './open-key-store';

describe('the key store of an address', () => {
  it.each(['ftp://host/x', 'file', 'file:', '', 'kms:/x?key=1'])('refuses %p and names the schemes it knows', (address) => {
    expect(() => openKeyStore(address)).toThrow('begins with one of: file, aws-kms.');
  });

  it.each(['file:///var/lib/through%20line', 'file:/var/lib/through line'])('opens the folder of %p', (address) => {
    expect(inspect(openKeyStore(address), { depth: 3 })).toContain("'/var/lib/through line'");
  });

  it('opens a folder that a master key protects', () => {
    const shown = inspect(openKeyStore('aws-kms:/data/keys?key=alias/throughline&region=eu-central-1&endpoint=http://127.0.0.1:4566'), { depth: 4 });
    for (const part of ["'/data/keys'", "'alias/throughline'", "'eu-central-1'", "'http://127.0.0.1:4566'"]) expect(shown).toContain(part);
  });

  it.each(['aws-kms:/data/keys', 'aws-kms:/data/keys?region=x', 'aws-kms:?key=x', 'aws-kms:/data/keys?key=x&secret=y'])('refuses %p and says how it is written', (address) => {
    expect(() => openKeyStore(address)).toThrow('aws-kms:<folder>?key=<id>');
  });
});
