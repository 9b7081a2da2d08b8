/** Tokens of what Nest cannot name by a class. */
export const RUNTIME = Symbol('profile runtime');
export const DATABASE = Symbol('profile database');
