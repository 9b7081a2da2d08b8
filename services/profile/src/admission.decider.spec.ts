import { admit, type KnownVersion } from './admission.decider';

const digest = (text: string) => Buffer.from(text);
const log = (entries: Record<string, string>) => new Map<string, KnownVersion>(Object.entries(entries).map(([id, text]) => [id, { digest: digest(text) }]));
const interaction = (content: string, revisable = false) => ({ id: 'i', digest: digest(content), revision: revisable ? `i/${content}` : undefined });

describe('an interaction against the log', () => {
  it('is new where its id is', () => expect(admit(interaction('a'), log({}))).toBe('new'));
  it('is a duplicate where id and content are known', () => expect(admit(interaction('a'), log({ i: 'a' }))).toBe('duplicate'));
  it('is a conflict where its id came with another content', () => expect(admit(interaction('b'), log({ i: 'a' }))).toBe('conflict'));
  it('is a revision where its adapter revises', () => expect(admit(interaction('b', true), log({ i: 'a' }))).toBe('revision'));
  it('is a duplicate where that revision is known', () => expect(admit(interaction('b', true), log({ i: 'a', 'i/b': 'b' }))).toBe('duplicate'));
  it('does not come back once erased, whatever it says', () => {
    expect(admit(interaction('a'), log({ i: '' }))).toBe('duplicate');
    expect(admit(interaction('b', true), log({ i: '' }))).toBe('duplicate');
  });
});
