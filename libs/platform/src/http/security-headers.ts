import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import { fastify as newFastify, type FastifyInstance } from 'fastify';

/** Pages set their own content security policy; the chat page is loaded by other sites. */
const optionsFor = (publicUrl: string): FastifyHelmetOptions => ({
  contentSecurityPolicy: false,
  crossOriginEmbedderPolicy: false,
  crossOriginResourcePolicy: false,
  crossOriginOpenerPolicy: false,
  xFrameOptions: false,
  strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: 31_536_000 },
});

/**
 * The headers every answer carries.
 * @param publicUrl HSTS is for those who are called by https
 */
export async function secureHeaders(fastify: FastifyInstance, publicUrl: string): Promise<void> {
  const headers = await ask(optionsFor(publicUrl));
  fastify.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

/** They are the same for all, so Helmet says them once: for every request anew they were a tenth of what the door takes. */
async function ask(options: FastifyHelmetOptions): Promise<Record<string, string>> {
  const asked = newFastify();
  await asked.register(helmet, options);
  asked.get('/', (_request, reply) => reply.raw.getHeaders());
  const answer = await asked.inject('/');
  await asked.close();
  return answer.json<Record<string, string>>();
}
