import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A place for blobs, and what the suites must be able to do to it. */
export interface BlobPlace {
  /** As in BLOB_URL. */
  url: string;
  /** What lies in the store beside whole blobs, by name. */
  leftovers(): Promise<string[]>;
  close(): Promise<void>;
}

/** The way to a store: cut off, connections break and new ones are refused. */
export interface Network {
  cut(): Promise<void>;
  restore(): Promise<void>;
}

/** Starts the compiled `blob-writer` and gives its first line; kill it with SIGKILL. */
export async function startWriter(...args: string[]): Promise<{ child: ChildProcess; line: Record<string, unknown>; ended: Promise<unknown> }> {
  const file = join(__dirname.replace('/src/', '/dist/'), 'blob-writer.js');
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) return { child, line: JSON.parse(line), ended };
  throw new Error('the writer ended without a word');
}
