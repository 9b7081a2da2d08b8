import { serverSettings } from './server-settings';

const GB = 1 << 30;

describe('the settings of the embedded server', () => {
  it.each([
    [1 * GB, '128MB'],
    [4 * GB, '256MB'],
    [64 * GB, '512MB'],
  ])('take a sixteenth of the memory, within limits: of %d bytes %s', (memory, shared) => {
    expect(serverSettings(memory).shared_buffers).toBe(shared);
  });

  it('let nobody in from another machine, and leave nothing of a statement in the log', () => {
    expect(serverSettings()).toMatchObject({ listen_addresses: '127.0.0.1', unix_socket_directories: '', log_min_error_statement: 'panic', log_error_verbosity: 'terse' });
  });
});
