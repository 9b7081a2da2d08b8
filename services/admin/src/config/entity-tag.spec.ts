import { checkMatch, entityTag } from './entity-tag';

describe('If-Match', () => {
  it.each([undefined, '*', '"3"', '"2", "3"'])('lets pass %p for version 3', (header) => {
    expect(() => checkMatch(3, header)).not.toThrow();
  });

  it('refuses what names other versions only', () => {
    expect(() => checkMatch(3, entityTag(2))).toThrow(expect.objectContaining({ status: 412, slug: 'precondition-failed' }));
  });

  it.each(['3', '"3', 'x"3"'])('does not understand %p', (header) => {
    expect(() => checkMatch(3, header)).toThrow(expect.objectContaining({ status: 400 }));
  });
});
