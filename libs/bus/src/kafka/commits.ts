import type { Consumer } from 'kafkajs';
import { unavailable } from '@throughline/contracts';
import { GroupCommit } from '../group-commit';

interface Commit {
  consumer: Consumer;
  partition: number;
  offset: string;
  assignment: number;
}

/**
 * Commits of a member: what waits while one is under way goes out in one request, since a broker writes to its log for each.
 * What was done under an assignment that is over is not committed: another member may be further by now.
 */
export class Commits {
  /** Rises with every assignment. */
  private assignment = 0;
  private readonly waiting = new GroupCommit<Commit>({ flush: (commits) => this.flush(commits), bytesOf: () => 1, maxItems: 1000, maxBytes: 1000 });

  constructor(private readonly topic: string) {}

  assignedAnew(): void {
    this.assignment += 1;
  }

  /** Throws where the group does not take it: the same comes again. */
  async add(consumer: Consumer, partition: number, offset: string): Promise<void> {
    const { assignment } = this;
    await this.waiting.add([{ consumer, partition, offset, assignment }]);
    if (assignment !== this.assignment) throw unavailable('bus-unavailable', 'the partitions were assigned anew before an offset was committed');
  }

  private async flush(commits: readonly Commit[]): Promise<void> {
    const standing = Map.groupBy(commits.filter(({ assignment }) => assignment === this.assignment), ({ consumer }) => consumer);
    for (const [consumer, own] of standing) {
      await consumer.commitOffsets(own.map(({ partition, offset }) => ({ topic: this.topic, partition, offset })));
    }
  }
}
