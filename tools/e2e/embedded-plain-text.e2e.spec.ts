import { lookForPlainText } from './plain-text';
import { startEmbedded, type Product } from './product';
import { scanFor } from './byte-scan';

describe('personal data on disk, in one process', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startEmbedded();
  }, 300_000);
  afterAll(() => product?.stop());

  it('lies nowhere in plain text, whatever the door', async () => {
    const { canaries, files, found } = await lookForPlainText(product);
    expect(canaries).toBeGreaterThanOrEqual(50);
    expect(files).toBeGreaterThan(500);
    expect(found).toEqual([]);
  });

  it('would be found if it lay there', async () => {
    const { found } = await scanFor(product.folder, ['acc_whatsapp']);
    expect(found.length).toBeGreaterThan(0);
  });
});
