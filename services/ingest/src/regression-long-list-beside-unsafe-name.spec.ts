import { itemsOf } from './posted-body';

// Looking for the name went through a list by handing all of it over as arguments: too many for the stack, and the whole batch was answered 500 each time it was sent.
it('an unsafe name hurts no neighbour that brings a long list', () => {
  const text = `{"interactions":[{"data":{"__proto__":1}},{"data":{"samples":[${'1,'.repeat(300_000)}1]}}]}`;
  const items = itemsOf({ body: JSON.parse(text), contentType: 'application/json', unsafeNames: true });
  expect(items.map((item) => item instanceof Error)).toEqual([true, false]);
});
