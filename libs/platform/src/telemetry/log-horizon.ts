import { metrics, type ObservableResult } from '@opentelemetry/api';
import type { LogSubscription } from '@throughline/event-store';
// Makes the provider: what is made before there is one shows nothing, for ever.
import './metrics';

const horizon = metrics
  .getMeter('throughline')
  .createObservableGauge('throughline_log_horizon_seconds', { description: 'For how long one transaction has held back what was appended to the log after it; 0 where none does.' });

/** Shows on `/metrics` what holds back a service's log. @returns ends it */
export function showHorizon(service: string, follower: Pick<LogSubscription, 'horizonAgeMs'>): () => void {
  const tell = (result: ObservableResult) => result.observe(follower.horizonAgeMs / 1_000, { service });
  horizon.addCallback(tell);
  return () => horizon.removeCallback(tell);
}
