import type { Producer } from 'kafkajs';
import { silent } from '../bus-log';
import { Frames } from '../frames/frames';
import { outgoing } from '../outgoing';
import { plainFrames } from '../testing/plain-frames';
import type { Cluster } from './cluster';
import { Lane } from './lane';

const TENANT = '5b6f0a4e-57a7-4a0e-9c64-3c2f3f2c7d11';
const messages = outgoing('interactions', 1, ['a', 'b', 'c'].map((value) => ({ tenant: TENANT, key: Buffer.of(1), value: Buffer.from(value) })));
const gone = async () => Promise.reject(new Error('gone'));
const done = async () => undefined;

/** A lane to a cluster that is there only as far as a test says, and what it tells of messages in doubt. */
function laneTo(producer: Pick<Producer, 'connect' | 'sendBatch'>) {
  const cluster = { client: () => ({ producer: () => ({ disconnect: done, ...producer }) }), admin: gone } as unknown as Cluster;
  const inDoubt = jest.fn();
  return { lane: new Lane(cluster, 'interactions', new Frames(plainFrames, true), silent, inDoubt), inDoubt };
}

describe('messages whose publishing fails', () => {
  it('may be durable all the same where they were sent', async () => {
    const { lane, inDoubt } = laneTo({ connect: done, sendBatch: gone });
    await expect(lane.publish(messages)).rejects.toMatchObject({ slug: 'bus-unavailable' });
    expect(inDoubt.mock.calls).toEqual([[3]]);
    await lane.close();
  });

  it('are not where nobody was there to take them', async () => {
    const { lane, inDoubt } = laneTo({ connect: gone, sendBatch: gone });
    await expect(lane.publish(messages)).rejects.toMatchObject({ slug: 'bus-unavailable' });
    await expect(lane.publish(messages)).rejects.toMatchObject({ slug: 'bus-unavailable' });
    expect(inDoubt).not.toHaveBeenCalled();
    await lane.close();
  });
});
