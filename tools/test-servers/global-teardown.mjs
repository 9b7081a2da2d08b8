// Jest's globalTeardown; runs also when tests failed.
export default async function globalTeardown() {
  await globalThis.stopTestServers?.();
}
