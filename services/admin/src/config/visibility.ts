import { isDeepStrictEqual } from 'node:util';
import type { Account, Directory } from '@throughline/platform';
import { untilVisible } from './until-visible';

/** Waits until what was changed counts in this process: other processes follow within moments. */
export class Visibility {
  constructor(private readonly directory: Pick<Directory, 'key' | 'account' | 'credential'>) {}

  keyThere(id: string): Promise<void> {
    return untilVisible(() => this.directory.key(id) !== undefined);
  }

  tokenCounts(token: string): Promise<void> {
    return untilVisible(() => this.directory.credential(token) !== undefined);
  }

  keyGone(id: string): Promise<void> {
    return untilVisible(() => this.directory.key(id) === undefined);
  }

  accountIs(account: Account): Promise<void> {
    return untilVisible(async () => isDeepStrictEqual(await this.directory.account(account.id), account));
  }

  accountGone(id: string): Promise<void> {
    return untilVisible(async () => (await this.directory.account(id)) === undefined);
  }
}
