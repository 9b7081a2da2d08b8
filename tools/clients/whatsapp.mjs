// WhatsApp Cloud API as it calls a webhook: JSON, X-Hub-Signature-256 over the raw bytes.
// https://developers.facebook.com/docs/graph-api/webhooks/getting-started
import { createHmac } from 'node:crypto';

/** The body Meta sends for text messages of one customer. `messages`: [{ id, text, at: Date }]. */
export function textMessages(phoneNumberId, from, name, messages) {
  return {
    object: 'whatsapp_business_account',
    entry: [{
      id: '100000000000001',
      changes: [{
        field: 'messages',
        value: {
          messaging_product: 'whatsapp',
          metadata: { display_phone_number: '15550100', phone_number_id: phoneNumberId },
          contacts: [{ profile: { name }, wa_id: from }],
          messages: messages.map(({ id, text, at }) => ({ from, id, timestamp: String(Math.floor(at.getTime() / 1000)), type: 'text', text: { body: text } })),
        },
      }],
    }],
  };
}

export async function postWhatsApp(demo, account, body) {
  const raw = JSON.stringify(body);
  const signature = createHmac('sha256', demo.accounts[account].secret).update(raw).digest('hex');
  const response = await fetch(`${demo.publicUrl}/v1/webhooks/whatsapp/${account}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body: raw,
    signal: AbortSignal.timeout(20_000),
  });
  await response.arrayBuffer();
  return response.status;
}
