// npm run demo: one customer's day over four channels and a purchase, as an outside client that knows only addresses and secrets.
// Prints the one timeline; exit code 1 where her five identities are not one customer or an event is missing or out of order.
import '../require-node.mjs';
import { setTimeout as wait } from 'node:timers/promises';
import { ask, lookup, pages } from '../clients/api.mjs';
import { readDemoFile } from '../clients/demo-file.mjs';
import { liveTheDay, newCustomer } from './day.mjs';

/** What the day must have left behind, in this order. */
const EXPECTED = ['message.received', 'message.received', 'message.received', 'purchase.made', 'call.started', 'call.ended'];
const PATIENCE_MS = 20_000;

const told = (item) => EXPECTED.includes(item.type);

async function readTimeline(demo, customerId) {
  const items = [];
  for await (const item of pages(demo, `/v1/customers/${customerId}/timeline?order=asc`)) items.push(item);
  return items;
}

/** Reads until everything acknowledged is there: at once as a rule. */
async function untilComplete(demo, identities) {
  for (const end = Date.now() + PATIENCE_MS; ; await wait(100)) {
    const customers = await Promise.all(identities.map(({ namespace, value }) => lookup(demo, namespace, value)));
    const ids = new Set(customers.map((customer) => customer?.customerId));
    const items = ids.size === 1 && customers[0] ? await readTimeline(demo, customers[0].customerId) : [];
    if (items.filter(told).length >= EXPECTED.length || Date.now() > end) return { ids, items, customer: customers[0] };
  }
}

const says = ({ content, data }) => {
  if (content?.subject) return `${content.subject}: ${content.text?.split('\n')[0]}`;
  if (content?.text) return content.text;
  if (data?.total) return `${data.items[0].name}, ${data.total.amount} ${data.total.currency}`;
  return data?.durationMs ? `${data.durationMs / 1000} s` : '';
};

function print({ items, customer }, identities) {
  console.log(`\nOne customer: ${customer.customerId}`);
  console.log(`  known as    ${identities.map(({ namespace, value }) => `${namespace}:${value.length > 40 ? `${value.slice(0, 24)}...` : value}`).join('\n              ')}\n`);
  for (const item of items) {
    console.log(`  ${item.occurredAt.slice(11, 16)}  ${item.channel.padEnd(10)} ${item.direction.padEnd(9)} ${item.type.padEnd(18)} ${says(item).replace(/\s+/g, ' ').slice(0, 70)}`);
  }
}

const demo = readDemoFile();
await ask(demo, 'GET', '/v1/customers?identity=phone:%2B14155550100'); // says at once where nothing answers or the key is wrong
const identities = await liveTheDay(demo, newCustomer(), (channel, what) => console.log(`  ${channel.padEnd(9)} ${what}`));
const result = await untilComplete(demo, identities);
if (result.customer) print(result, identities);
const good = result.ids.size === 1 && JSON.stringify(result.items.filter(told).map(({ type }) => type)) === JSON.stringify(EXPECTED);
console.log(good ? `\n${result.items.length} events of one customer, in order.\n` : '\nNOT as expected: see above.\n');
process.exit(good ? 0 : 1);
