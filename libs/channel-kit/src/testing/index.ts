export { adapterContract, type AdapterContract } from './adapter-contract';
export { post, sampleBody, webhookUrl, type AdapterSample, type SampleFile, type Sign } from './sample';
