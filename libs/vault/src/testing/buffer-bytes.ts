import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of all Buffers that something still holds. */
export function bufferBytes(): number {
  // The first only queues what it found for being freed.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}
