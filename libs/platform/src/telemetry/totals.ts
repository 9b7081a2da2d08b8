import { metrics, type Attributes } from '@opentelemetry/api';
// Makes the provider: what is made before there is one counts nothing, for ever.
import './metrics';

/** One count of a total. */
export interface Total {
  count: number;
}

/** A counter whose counts are told when somebody asks for them: a count on a hot path is an addition, and no hashing of labels. */
export interface Totals {
  /** The count with these labels, made with the first call. It lives as long as the process. */
  of(labels: Attributes): Total;
}

/** @param name of the metric; to be made once in a process */
export function totals(name: string, description: string): Totals {
  const known = new Map<string, { labels: Attributes; total: Total }>();
  metrics
    .getMeter('throughline')
    .createObservableCounter(name, { description })
    .addCallback((result) => known.forEach(({ labels, total }) => result.observe(total.count, labels)));
  return {
    of(labels) {
      const key = JSON.stringify(labels);
      const entry = known.get(key) ?? { labels, total: { count: 0 } };
      known.set(key, entry);
      return entry.total;
    },
  };
}
