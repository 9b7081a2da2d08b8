import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance } from 'fastify';
import { secureHeaders } from './security-headers';

const FALSE = { contentSecurityPolicy: false, crossOriginEmbedderPolicy: false, crossOriginResourcePolicy: false, crossOriginOpenerPolicy: false, xFrameOptions: false };

async function headersOf(furnish: (app: FastifyInstance) => Promise<void>, path: string) {
  const app = fastify();
  await furnish(app);
  app.get('/', () => ({ ok: true }));
  app.get('/own', (_request, reply) => reply.header('referrer-policy', 'same-origin').send('own'));
  app.get('/fails', () => {
    throw new Error('fails');
  });
  const { headers } = await app.inject(path);
  await app.close();
  return { ...headers, date: undefined };
}

describe('the headers of every answer', () => {
  it.each(['/', '/own', '/fails', '/nowhere'])('are those that Helmet sets, at %s', async (path) => {
    for (const [publicUrl, strictTransportSecurity] of [['http://x', false], ['https://x', { maxAge: 31_536_000 }]] as const) {
      const before = await headersOf(async (app) => void (await app.register(helmet, { ...FALSE, strictTransportSecurity })), path);
      expect(await headersOf((app) => secureHeaders(app, publicUrl), path)).toEqual(before);
    }
  });

  it('are these', async () => {
    expect(await headersOf((app) => secureHeaders(app, 'https://x'), '/')).toMatchObject({
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
});
