import { wellFormed } from '@throughline/contracts';
import { checkPosted } from './check-posted';

// Written as the same U+FFFD, two conversations that differ in half a character were one: where nobody says who she is the conversation names
// the customer, and two of them had one timeline.
it('half a character is no part of a conversation, since it could not be told from another', () => {
  const posted = (conversation: string) => ({ id: '1', account: 'a', type: 'call.ended', direction: 'inbound', occurredAt: '2026-01-31T08:15:30.123Z', identities: [], conversation });
  expect(wellFormed('thread-\ud83d')).toBe(wellFormed('thread-\ud83e'));
  expect(() => checkPosted(posted('thread-\ud83d'), '')).toThrow(
    expect.objectContaining({ status: 400, errors: [expect.objectContaining({ pointer: '/conversation', code: 'matches' })] }),
  );
  expect(() => checkPosted(posted('thread-😀\n'), '')).not.toThrow();
});
