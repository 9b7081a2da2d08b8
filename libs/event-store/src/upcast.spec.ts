import fc from 'fast-check';
import { currentVersion, upcast, type Upcasters } from './upcast';

const upcasters: Upcasters<string[]> = { 'thing.done': [(value) => [...value, '1 to 2'], (value) => [...value, '2 to 3']] };
const cast = (type: string, version: number) => upcast(upcasters, { type, version, value: [] });

describe('upcasting', () => {
  it('goes through every step from the version written to the current one', () => {
    expect(cast('thing.done', 1)).toEqual({ type: 'thing.done', version: 3, value: ['1 to 2', '2 to 3'] });
    expect(cast('thing.done', 2)).toEqual({ type: 'thing.done', version: 3, value: ['2 to 3'] });
    expect(cast('thing.done', 3)).toEqual({ type: 'thing.done', version: 3, value: [] });
    expect(currentVersion(upcasters, 'thing.done')).toBe(3);
  });

  it('takes a version that was never set for the first', () => {
    expect(cast('thing.done', 0).value).toEqual(['1 to 2', '2 to 3']);
  });

  it('leaves an unknown type and a newer version as they are', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (type, version) => {
        fc.pre(type !== 'thing.done' || version > 3);
        const value = ['as written'];
        const after = upcast(upcasters, { type, version, value });
        return after.value === value && after.version === version && after.type === type;
      }),
    );
    expect(cast('constructor', 1)).toEqual({ type: 'constructor', version: 1, value: [] });
  });
});
