export * from './adapter.contract';
export { equalConstantTime } from './signatures/constant-time';
export { parseForm } from './signatures/form';
export { hubChallenge, hubSignature, verifyHubSignature } from './signatures/hub-signature';
export { fieldOf, isRecord, listOf, parseJson, recordOf, textOf, type JsonRecord } from './json';
export { claimedTime } from './time';
