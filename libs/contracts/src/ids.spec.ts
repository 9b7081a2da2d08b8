import fc from 'fast-check';
import { v5 } from 'uuid';
import { derivedId, interactionId, revisionId, segmentId, tenantId } from './ids';

const TENANT = '0b0e6f3e-6f0a-5a57-9f3b-2d6d4f4c9a11';

describe('an interaction id', () => {
  // Recorded: ids live for ever, so a change of this vector is a change of every id.
  it('is the recorded one for the recorded input', () => {
    expect(interactionId(TENANT, 'acc_main', 'interaction', ['gw7-000123'])).toBe('04eb81a1-dccd-5dfe-80b9-64e2eeab788f');
  });

  it('differs wherever tenant, account, kind or tuple differ', () => {
    const part = fc.string({ maxLength: 12 });
    const input = fc.tuple(part, part, fc.array(part, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(input, input, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(interactionId(TENANT, ...a) === interactionId(TENANT, ...b)).toBe(same);
      }),
    );
  });
});

describe('every id', () => {
  it('is the UUIDv5 that others make of the same name', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uint8Array(), (cause, digest) => {
        expect(revisionId(cause, digest)).toBe(v5(`revision|${Buffer.from(digest).toString('hex')}`, cause));
      }),
    );
    expect(tenantId('köln')).toBe(v5('6:tenant|4:köln', '3f0c7a52-7d1e-5c5c-9f5e-0d2b6a6b7c01'));
  });

  it('is that UUIDv5 whatever its name is and whatever was named before', () => {
    const tuple = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', minLength: 300, maxLength: 1500 }), fc.constantFrom(980, 990, 1000).map((length) => '€'.repeat(length)));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(TENANT, TENANT.toUpperCase(), '3f0c7a52-7d1e-5c5c-9f5e-0d2b6a6b7c01'), tuple), { minLength: 1, maxLength: 5 }), (named) => {
        for (const [tenant, id] of named) expect(interactionId(tenant, 'a', 'k', [id])).toBe(v5(`11:interaction|1:a|1:k|${id.length}:${id}`, tenant));
      }),
    );
  });

  it('is refused under what is no UUID', () => {
    expect(() => revisionId('not-a-uuid', Buffer.alloc(1))).toThrow(TypeError);
  });
});

describe('derived ids', () => {
  const cause = interactionId(TENANT, 'acc_main', 'interaction', ['1']);

  it('are the same for the same cause, rule and ordinal, and no other', () => {
    expect(derivedId(cause, 'link', 0)).toBe(derivedId(cause, 'link', 0));
    expect(derivedId(cause, 'link', 1)).not.toBe(derivedId(cause, 'link', 0));
  });

  it('name a revision by its content', () => {
    expect(revisionId(cause, Buffer.from('a'))).not.toBe(revisionId(cause, Buffer.from('b')));
  });

  it('name a segment by identity, generation and conversation', () => {
    const hash = Buffer.alloc(16, 7);
    const ids = [segmentId(TENANT, hash, 1), segmentId(TENANT, hash, 2), segmentId(TENANT, hash, 1, Buffer.alloc(16, 1))];
    expect(new Set(ids).size).toBe(3);
  });
});
