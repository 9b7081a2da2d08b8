import { ask, lookup } from '../clients/api.mjs';
import type { DemoFile } from './product';

/** A timeline's item, as far as these tests look at it. */
export interface Item {
  id: string;
  type: string;
  channel: string;
  direction: string;
  occurredAt: string;
  content?: { text?: string; subject?: string; attachments?: { name: string; mediaType: string; size: number; sha256: string }[] };
  data: Record<string, unknown>;
  agent: string | null;
  source: { provider: string; providerId: string };
}

/** What the profile API tells of whoever holds this identity, the oldest first; nothing where nobody does. */
export async function timelineOf(demo: DemoFile, namespace: string, value: string): Promise<Item[]> {
  const customer = (await lookup(demo, namespace, value)) as { customerId: string } | undefined;
  if (!customer) return [];
  return ((await ask(demo, 'GET', `/v1/customers/${customer.customerId}/timeline?order=asc&limit=200`)) as { items: Item[] }).items;
}

/** The same, as soon as it holds so many items. */
export async function timelineWith(demo: DemoFile, count: number, namespace: string, value: string): Promise<Item[]> {
  for (;;) {
    const items = await timelineOf(demo, namespace, value);
    if (items.length >= count) return items;
  }
}
