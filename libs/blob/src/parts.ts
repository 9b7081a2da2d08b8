/** Cuts a stream into parts of this size; the last may be smaller, and only a stream without bytes gives one without any. */
export async function* partsOf(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, partBytes: number): AsyncGenerator<Buffer> {
  let part = Buffer.allocUnsafe(partBytes);
  let filled = 0;
  let any = false;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, partBytes - filled);
      part.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < partBytes) continue;
      any = true;
      yield part;
      // A new one: the receiver may still hold the last.
      part = Buffer.allocUnsafe(partBytes);
      filled = 0;
    }
  }
  if (filled > 0 || !any) yield part.subarray(0, filled);
}
