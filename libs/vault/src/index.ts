export * from './vault.contract';
