export { sampleEvent } from './sample-event';
