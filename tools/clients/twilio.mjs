// Twilio Voice as it calls a status webhook: a form, signed over the public address and the sorted fields.
// https://www.twilio.com/docs/usage/security#validating-requests
import { createHmac } from 'node:crypto';

const path = (account) => `/v1/webhooks/twilio-voice/${account}`;

export function signForm(url, fields, authToken) {
  const text = Object.keys(fields).sort().reduce((joined, name) => joined + name + fields[name], url);
  return createHmac('sha1', authToken).update(text).digest('base64');
}

/** Posts one call status. `fields` are Twilio's own names (CallSid, CallStatus, From, To, Direction, CallDuration, Timestamp). */
export async function postCallStatus(demo, account, fields) {
  const url = demo.publicUrl + path(account);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-twilio-signature': signForm(url, fields, demo.accounts[account].secret) },
    body: new URLSearchParams(fields),
    signal: AbortSignal.timeout(15_000), // Twilio's own read time-out
  });
  await response.arrayBuffer();
  return response.status;
}
