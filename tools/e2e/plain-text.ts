import { Client } from 'pg';
import { sendCanaries } from './canaries';
import { scanFor, type Found } from './byte-scan';
import { ask } from '../clients/api.mjs';
import { until, type Product } from './product';

export interface PlainText {
  canaries: number;
  files: number;
  found: Found[];
}

/** Dead letters come last: when those of the bad input are listed, everything before has been written. */
async function untilSettled({ demo }: Product, deadLetters: number): Promise<void> {
  await until(() => ask(demo, 'GET', '/v1/dead-letters?limit=200'), ({ items }) => items.length >= deadLetters);
}

/** Sends canaries by every door, has PostgreSQL write all its pages, and looks for them in every file of the product. */
export async function lookForPlainText(product: Product): Promise<PlainText> {
  const texts = await sendCanaries(product.demo);
  await untilSettled(product, 3);
  const client = new Client({ connectionString: product.databaseUrl });
  await client.connect();
  await client.query('CHECKPOINT');
  await client.end();
  const { files, found } = await scanFor(product.folder, texts);
  return { canaries: texts.length, files, found };
}
