import { runTool, startEmbedded, type Product } from './product';

describe('one process with everything in it', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startEmbedded();
  }, 300_000);
  afterAll(() => product?.stop());

  it("shows one customer's day over four channels and a purchase as one timeline", async () => {
    const { code, output } = await runTool(product, ['tools/demo/main.mjs']);
    expect([output, code]).toEqual([expect.stringContaining('events of one customer, in order.'), 0]);
  });

  it('takes the same day twice without mixing two customers', async () => {
    const { code } = await runTool(product, ['tools/demo/main.mjs']);
    expect(code).toBe(0);
  });
});
