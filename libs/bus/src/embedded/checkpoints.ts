import type { TopicName } from '@throughline/contracts';
import { unavailable } from '@throughline/contracts';
import type { Database } from '@throughline/postgres';
import type { Place } from './message-log';

/** The place of a group on a topic, as the member that took over last owns it. */
export interface Checkpoint extends Place {
  epoch: string;
}

const TAKE_OVER = `
INSERT INTO bus.checkpoint AS old (group_name, topic, epoch, xid, n) VALUES ($1, $2, 1, '0', 0)
ON CONFLICT (group_name, topic) DO UPDATE SET epoch = old.epoch + 1
RETURNING epoch::text, xid::text, n::text`;

const COMMIT = 'UPDATE bus.checkpoint SET xid = $4::xid8, n = $5 WHERE group_name = $1 AND topic = $2 AND epoch = $3';

/** Where the groups are. A member that was replaced (its session ended while it worked) cannot commit any more. */
export class Checkpoints {
  constructor(
    private readonly database: Database,
    private readonly prefix: string,
  ) {}

  async takeOver(group: string, topic: TopicName): Promise<Checkpoint> {
    const { rows } = await this.database.system((tx) => tx.query<Checkpoint & object>(TAKE_OVER, [group, this.prefix + topic]));
    return rows[0]!;
  }

  async commit(group: string, topic: TopicName, epoch: string, { xid, n }: Place): Promise<void> {
    const values = [group, this.prefix + topic, epoch, xid, n];
    const { rowCount } = await this.database.call('system', { name: 'bus-commit', text: COMMIT, values });
    if (rowCount === 0) throw unavailable('bus-unavailable', 'another member of the group has taken over');
  }
}
