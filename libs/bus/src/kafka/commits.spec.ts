import type { Consumer, TopicPartitionOffsetAndMetadata } from 'kafkajs';
import { Commits } from './commits';

/** A consumer whose requests wait until they are let through. */
function consumerAtHand() {
  const requests: { partitions: number[]; answer: PromiseWithResolvers<void> }[] = [];
  const commitOffsets = (offsets: TopicPartitionOffsetAndMetadata[]) => {
    const answer = Promise.withResolvers<void>();
    requests.push({ partitions: offsets.map(({ partition }) => partition), answer });
    return answer.promise;
  };
  return { consumer: { commitOffsets } as unknown as Consumer, requests };
}

const turns = () => new Promise((resolve) => setImmediate(resolve)).then(() => new Promise((resolve) => setImmediate(resolve)));

describe('commits of a member', () => {
  it('go out together where they wait together', async () => {
    const { consumer, requests } = consumerAtHand();
    const commits = new Commits('t');
    const first = [commits.add(consumer, 1, '5')];
    await turns();
    const later = [2, 3, 4].map((partition) => commits.add(consumer, partition, '9'));
    requests[0]!.answer.resolve();
    await Promise.all(first);
    await turns();
    requests[1]!.answer.resolve();
    await Promise.all(later);
    expect(requests.map(({ partitions }) => partitions)).toEqual([[1], [2, 3, 4]]);
  });

  it('of an assignment that is over do not go out, and say so', async () => {
    const { consumer, requests } = consumerAtHand();
    const commits = new Commits('t');
    const stale = commits.add(consumer, 1, '5');
    commits.assignedAnew();
    await expect(stale).rejects.toMatchObject({ slug: 'bus-unavailable' });
    expect(requests).toEqual([]);
  });

  it('pass on what the group answers', async () => {
    const { consumer, requests } = consumerAtHand();
    const commits = new Commits('t');
    const failing = commits.add(consumer, 1, '5');
    await turns();
    requests[0]!.answer.reject(new Error('rebalancing'));
    await expect(failing).rejects.toThrow('rebalancing');
  });
});
