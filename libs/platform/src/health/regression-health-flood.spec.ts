import type { FastifyReply } from 'fastify';
import { HealthController } from './health.controller';

type Parts = Record<'database' | 'bus' | 'directory' | 'blobs', boolean>;

const reply = () => {
  const told = { status: 200 };
  const itself = { status: (status: number) => ((told.status = status), itself), header: () => itself };
  return { told, reply: itself as unknown as FastifyReply };
};

describe('/health/ready, which anybody may ask', () => {
  it('looks once for all who ask at the same time: each look opens connections', async () => {
    const looks: PromiseWithResolvers<Parts>[] = [];
    const look = () => looks[looks.push(Promise.withResolvers<Parts>()) - 1]!.promise;
    const controller = new HealthController({ version: '1.0.0', health: look });
    const asked = [1, 2, 3].map(() => controller.ready(reply().reply));
    expect(looks).toHaveLength(1);
    looks[0]!.resolve({ database: true, bus: true, directory: true, blobs: true });
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    const { told, reply: later } = reply();
    const next = controller.ready(later);
    expect(looks).toHaveLength(2);
    looks[1]!.resolve({ database: true, bus: false, directory: true, blobs: true });
    expect([(await next).status, told.status]).toEqual(['unavailable', 503]);
  });
});
