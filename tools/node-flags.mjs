/**
 * How Node runs the one process of embedded mode, beside what `npm start` says the same of. A young generation of 8 MB and not of 16: all services
 * in one process hold 60 to 90 MB less, and taking interactions one by one costs an eighth more (docs/performance.md, "Memory").
 */
export const NODE_FLAGS = ['--max-semi-space-size=8'];
