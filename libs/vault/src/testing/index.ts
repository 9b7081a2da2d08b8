export { keyPortContract, type OpenKeyPorts } from './key-port-contract';
export { memoryKeyPort } from './memory-key-port';
