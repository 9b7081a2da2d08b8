export * from './database.contract';
