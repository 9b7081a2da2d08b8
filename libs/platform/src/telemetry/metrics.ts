import { metrics } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import type { FastifyInstance } from 'fastify';

/** Seconds. */
const DURATION_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const exporter = new PrometheusExporter({ preventServerStart: true });
// Registered while modules load: a counter made before there is a provider counts nothing, for ever.
metrics.setGlobalMeterProvider(
  new MeterProvider({
    readers: [exporter],
    views: [{ instrumentName: '*duration*', aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: DURATION_BOUNDS } } }],
  }),
);
// Without `target_info`: which service it is the scrape knows, and this module is loaded before anybody could tell it.
const serializer = new PrometheusSerializer(undefined, undefined, undefined, true);

/** All of the process' metrics in Prometheus' text format. */
export async function metricsText(): Promise<string> {
  const { resourceMetrics } = await exporter.collect();
  return serializer.serialize(resourceMetrics);
}

const requests = metrics.getMeter('throughline').createHistogram('http_server_request_duration_seconds', { unit: 's', description: 'HTTP requests by route.' });

/** Counts and times every request by its route's pattern; addresses and queries may name customers, so they are never a label. */
export function measureRequests(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    requests.record(reply.elapsedTime / 1000, { method: request.method, route, status: reply.statusCode });
    done();
  });
}
