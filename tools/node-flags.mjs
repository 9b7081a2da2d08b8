/**
 * How Node runs the product, beside what `deploy/Dockerfile` and `npm start` say the same of. A young generation of 8 MB and not of 16: a
 * process holds 60 MB less, at the same speed (docs/performance.md, "Memory").
 */
export const NODE_FLAGS = ['--max-semi-space-size=8'];
