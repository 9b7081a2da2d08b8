import { isDeepStrictEqual } from 'node:util';
import type { Account, Directory } from '@throughline/platform';
import type { ConfigVersions } from './config-versions.handlers';
import { untilVisible } from './until-visible';

/** Waits until what was changed counts in this process: other processes follow within moments. */
export class Visibility {
  constructor(
    private readonly directory: Pick<Directory, 'key' | 'account' | 'credential'>,
    private readonly versions: Pick<ConfigVersions, 'of'>,
  ) {}

  keyThere(id: string): Promise<void> {
    return untilVisible(() => this.directory.key(id) !== undefined);
  }

  tokenCounts(token: string): Promise<void> {
    return untilVisible(() => this.directory.credential(token) !== undefined);
  }

  keyGone(id: string): Promise<void> {
    return untilVisible(() => this.directory.key(id) === undefined);
  }

  /** Or was it already something newer: then nobody will ever see this version. */
  accountIs(account: Account, version: number): Promise<void> {
    const overtaken = () => this.versions.of(`channelAccount/${account.id}`) > BigInt(version);
    return untilVisible(async () => overtaken() || isDeepStrictEqual(await this.directory.account(account.id), account));
  }

  accountGone(id: string): Promise<void> {
    return untilVisible(async () => (await this.directory.account(id)) === undefined);
  }
}
