export { checkOpenBodies, envelopedEvent } from './enveloped-event';
export { sampleEvent } from './sample-event';
export { TamperBench } from './tamper-bench';
