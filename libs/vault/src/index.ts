export * from './vault.contract';
export * from './key-port.contract';
export { commitment } from './box';
export { openFileKeyStore } from './file-key-port';
export { openVault } from './open-vault';
export { randomSalt } from './random-pool';
export { segmentKeyMigration } from './segment-key.migration';
