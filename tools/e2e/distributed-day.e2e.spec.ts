import { lookForPlainText } from './plain-text';
import { runTool, startDistributed, type Product } from './product';

describe('a process per service over Apache Kafka', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startDistributed();
  }, 300_000);
  afterAll(() => product?.stop(), 120_000);

  it("shows one customer's day over four channels and a purchase as one timeline", async () => {
    const { code, output } = await runTool(product, ['tools/demo/main.mjs']);
    expect([output, code]).toEqual([expect.stringContaining('events of one customer, in order.'), 0]);
  });

  it('loses nothing, doubles nothing and keeps the order while services, broker and PostgreSQL are killed, and the others answer', async () => {
    const { code, output } = await runTool(product, ['tools/ledger/main.mjs', '--mode', 'distributed', '--count', '2000', '--bounce', 'hard', '--rate', '100']);
    expect([output, code]).toEqual([expect.stringContaining('lost 0, doubled 0, changed 0, strangers 0, out of order 0'), 0]);
  }, 600_000);

  it('keeps personal data nowhere in plain text: databases, Kafka, blobs, logs', async () => {
    const { canaries, found } = await lookForPlainText(product);
    expect(canaries).toBeGreaterThanOrEqual(50);
    expect(found).toEqual([]);
  }, 240_000);
});
