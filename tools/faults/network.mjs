// What lies between the services and their servers: nothing passes for 15 s, or everything takes 300 ms longer each way for 20 s.
const CUT_MS = 15_000;
const SLOW_MS = 20_000;
const DELAY_MS = 300;

export default {
  name: 'network',
  modes: ['embedded', 'distributed'],
  needs: 'proxies',
  drills: ({ proxies }) =>
    Object.entries(proxies).flatMap(([server, proxy]) => [
      { name: `${server} cut off for ${CUT_MS / 1000} s`, holdMs: CUT_MS, begin: async () => proxy.cut(), end: async () => proxy.mend() },
      { name: `${server} ${DELAY_MS} ms away`, holdMs: SLOW_MS, begin: async () => proxy.slow(DELAY_MS), end: async () => proxy.slow(0) },
    ]),
};
