export { acceptedEvents } from './accepted-events';
export { ConfigPublisher } from './config-publisher';
export { startForTest, testConfig, type TestService } from './test-service';
export { until } from './until';
