import { createHash } from 'node:crypto';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { ConfigRecordSchema } from '@throughline/contracts';
import { ConfigDirectory } from './config-directory';

const hash = (token: string) => createHash('sha256').update(token).digest();
const message = (version: number, value: MessageInitShape<typeof ConfigRecordSchema>['value']) => ({
  value: Buffer.from(toBinary(ConfigRecordSchema, create(ConfigRecordSchema, { version: BigInt(version), value }))),
});
const account = (version: number, more: object = {}) =>
  message(version, { case: 'channelAccount', value: { id: 'acc_1', tenant: 't1', provider: 'smtp', channel: 'email', address: 'a@b.example', ...more } });
const key = (version: number, more: object = {}) => message(version, { case: 'apiKey', value: { id: 'k1', tenant: 't1', hash: hash('tl_one'), scopes: ['read'], ...more } });
const tenant = (version: number, more: object = {}) => message(version, { case: 'tenant', value: { id: 't1', name: 'One', ...more } });

/** A vault whose boxes are plain JSON, and which counts what it opens. */
function vault() {
  const opened: string[] = [];
  const open = async (id: string, { box }: { box: Uint8Array }) => (opened.push(id), Buffer.from(box));
  return { opened, forTenant: async () => ({ open }) as never };
}

describe('the directory', () => {
  it('knows a key by its token and nothing else', () => {
    const directory = new ConfigDirectory(vault());
    directory.take([key(1)]);
    expect(directory.credential('tl_one')).toEqual({ tenant: 't1', keyId: 'k1', scopes: ['read'] });
    expect([directory.credential('k1'), directory.credential(''), directory.credential('tl_two')]).toEqual([undefined, undefined, undefined]);
  });

  it('never lets an older version replace a newer one', () => {
    const directory = new ConfigDirectory(vault());
    directory.take([key(2, { removed: true }), key(1), tenant(5, { region: 'DE' }), tenant(4, { region: 'US' })]);
    expect([directory.credential('tl_one'), directory.tenant('t1')?.region]).toEqual([undefined, 'DE']);
  });

  it('forgets the old token of a changed key and the old address of a moved account', async () => {
    const directory = new ConfigDirectory(vault());
    directory.take([key(1), key(2, { hash: hash('tl_new') }), account(1), account(2, { address: 'c@d.example' })]);
    expect([directory.credential('tl_one'), directory.credential('tl_new')?.keyId]).toEqual([undefined, 'k1']);
    expect([await directory.accountByAddress('smtp', 'a@b.example'), (await directory.accountByAddress('smtp', 'c@d.example'))?.id]).toEqual([undefined, 'acc_1']);
  });

  it('keeps an address that has gone to another account', async () => {
    const directory = new ConfigDirectory(vault());
    directory.take([account(1), account(1, { id: 'acc_2' }), account(2, { removed: true })]);
    expect((await directory.accountByAddress('smtp', 'a@b.example'))?.id).toBe('acc_2');
  });

  it('shuts everything of a removed tenant', async () => {
    const directory = new ConfigDirectory(vault());
    directory.take([tenant(1), key(1), account(1), tenant(2, { removed: true })]);
    expect([directory.tenant('t1'), directory.credential('tl_one'), await directory.account('acc_1')]).toEqual([undefined, undefined, undefined]);
  });

  it('opens secrets once for each version', async () => {
    const spy = vault();
    const directory = new ConfigDirectory(spy);
    const secrets = (secret: string) => ({ secrets: Buffer.from(JSON.stringify({ secret })), secretsKeyId: 'config:1', settings: '{"origins":["x"]}' });
    directory.take([account(1, secrets('one'))]);
    await Promise.all([directory.account('acc_1'), directory.account('acc_1')]);
    expect(await directory.account('acc_1')).toMatchObject({ secrets: { secret: 'one' }, settings: { origins: ['x'] } });
    directory.take([account(2, secrets('two'))]);
    expect((await directory.account('acc_1'))?.secrets).toEqual({ secret: 'two' });
    expect(spy.opened).toEqual(['acc_1', 'acc_1']);
  });

  it('skips a kind it does not know', () => {
    const directory = new ConfigDirectory(vault());
    directory.take([{ value: Buffer.from([0x08, 0x01, 0x7a, 0x00]) }, key(1)]);
    expect(directory.credential('tl_one')).toBeDefined();
  });
});
