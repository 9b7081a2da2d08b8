// The form of a posted interaction as the peers check it (ajv, by Fastify): the fields the product checks too.
const text = (maxLength) => ({ type: 'string', minLength: 1, maxLength });

const identity = {
  type: 'object',
  required: ['namespace', 'value'],
  properties: { namespace: text(100), value: text(512), verified: { type: 'boolean' } },
};

export const posted = {
  type: 'object',
  required: ['id', 'account', 'type', 'direction', 'occurredAt', 'identities'],
  properties: {
    id: text(256),
    account: text(256),
    channel: text(100),
    type: { type: 'string', pattern: '^[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*$' },
    direction: { enum: ['inbound', 'outbound', 'internal'] },
    occurredAt: { type: 'string', format: 'date-time' },
    identities: { type: 'array', items: identity, maxItems: 100 },
    conversation: text(1024),
    content: { type: 'object', properties: { text: { type: 'string' }, language: text(35) } },
    data: { type: 'object' },
  },
};

export const postedBatch = { type: 'object', required: ['interactions'], properties: { interactions: { type: 'array', maxItems: 1000, items: posted } } };
