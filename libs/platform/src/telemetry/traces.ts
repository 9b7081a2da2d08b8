import { createRequire } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { RuntimeConfig } from '../runtime.contract';

const require = createRequire(__filename);

/** Addresses hold customers' identities (queries), bots' tokens (paths of providers) and visitors' networks: they stay out of traces. */
const SILENT = { 'url.full': undefined, 'url.query': undefined, 'client.address': undefined, 'network.peer.address': undefined, 'user_agent.original': undefined };
const http = { startIncomingSpanHook: () => SILENT, startOutgoingSpanHook: () => SILENT };

/** Sends traces where the configuration says so; returns what ends it. Statements are traced without their values. */
export function startTraces(service: string, { otlpEndpoint }: RuntimeConfig): () => Promise<void> {
  if (!otlpEndpoint) return async () => undefined;
  const sdk = new NodeSDK({
    serviceName: service,
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
    traceExporter: new OTLPTraceExporter({ url: `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces` }),
    instrumentations: [new HttpInstrumentation(http), new PgInstrumentation({ enhancedDatabaseReporting: false }), new KafkaJsInstrumentation()],
  });
  sdk.start();
  // They are patched when they are required, and what was loaded before this line was not: ask once more.
  for (const name of ['node:http', 'pg', 'kafkajs']) require(name);
  return () => sdk.shutdown();
}
