/** What the act resolves to, or an error after `ms`: the act goes on, but nobody waits for it. */
export async function within<T>(ms: number, act: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), ms);
  return Promise.race([act, late.promise]).finally(() => clearTimeout(timer));
}
