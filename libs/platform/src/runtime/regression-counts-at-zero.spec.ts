import type { Bus } from '@throughline/bus';
import { TOPICS } from '@throughline/contracts';
import { metricsText } from '../telemetry/metrics';
import { CountedBus } from './counted-bus';

// A series that is not there makes the whole of `published + doubtful - handled` empty in Prometheus: an alert on what was lost never spoke.
it('what a bus counts is told as 0 before there is anything to count', async () => {
  expect(new CountedBus({ driver: 'embedded' } as Bus).driver).toBe('embedded');
  const told = await metricsText();
  const names = ['throughline_bus_published_total', 'throughline_bus_doubtful_total'];
  const missing = names.flatMap((name) => Object.keys(TOPICS).map((topic) => `${name}{topic="${topic}"`)).filter((series) => !told.includes(series));
  expect(missing).toEqual([]);
});
