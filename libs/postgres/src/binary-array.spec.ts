import { byteaArray, int4Array, int8Array, textArray, uuidArray, uuidBytes, uuidText } from './binary-array';

const hex = (buffer: Buffer) => buffer.toString('hex');
const head = (oid: string, count: string) => `0000000100000000${oid}${count}00000001`;

describe('a binary array', () => {
  it('holds a head, and each element after its length', () => {
    expect(hex(int4Array([1, -1]))).toBe(`${head('00000017', '00000002')}0000000400000001${'00000004ffffffff'}`);
    expect(hex(int8Array([2n]))).toBe(`${head('00000014', '00000001')}000000080000000000000002`);
    expect(hex(textArray(['é']))).toBe(`${head('00000019', '00000001')}00000002c3a9`);
    expect(hex(byteaArray([Buffer.of(7), Buffer.of()]))).toBe(`${head('00000011', '00000002')}000000010700000000`);
    expect(hex(uuidArray(['00112233-4455-6677-8899-AABBCCDDEEFF']))).toBe(`${head('00000b86', '00000001')}0000001000112233445566778899aabbccddeeff`);
  });

  it('gives a UUID back', () => expect(uuidText(Buffer.concat([Buffer.of(9), uuidBytes('00112233-4455-6677-8899-AABBCCDDEEFF')]), 1)).toBe('00112233-4455-6677-8899-aabbccddeeff'));

  it('refuses what is no UUID', () => {
    expect(() => uuidBytes('00112233445566778899aabbccddeeff')).toThrow('not a UUID');
    expect(() => uuidBytes('')).toThrow('not a UUID');
  });
});
