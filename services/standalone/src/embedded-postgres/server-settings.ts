import { totalmem } from 'node:os';

const MB = 1 << 20;

/**
 * What the server is started with. Most of what an interaction writes goes to pages of indexes that are as many as there are customers: while those are
 * in `shared_buffers` each is written once a checkpoint, else again and again; and the more log there may be between two checkpoints (`max_wal_size`), the
 * fewer whole pages go into it. With more of either a server that was killed takes longer to come back (docs/performance.md, "PostgreSQL's memory").
 * @param memory of the machine, bytes
 */
export const serverSettings = (memory = totalmem()): Record<string, string> => ({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: `${sharedMegabytes(memory)}MB`,
  max_wal_size: '2GB',
  max_connections: '200',
  jit: 'off',
  // Statements and rows in error messages may hold what a log must not.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
});

/** A sixteenth of the machine, 128 to 512 MB: it is taken as it is used, and the product runs beside much else. */
const sharedMegabytes = (memory: number) => Math.min(512, Math.max(128, Math.floor(memory / 16 / MB)));
