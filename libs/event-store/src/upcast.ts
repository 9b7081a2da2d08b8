/** Brings the value of an event from one version of its type to the next. Pure, and takes all that was ever written as that version. */
export type Upcast<T> = (value: T) => T;

/** By type the steps from version 1 on: the first leads from 1 to 2. The current version of a type is the number of its steps and one. */
export type Upcasters<T> = Readonly<Record<string, readonly Upcast<T>[]>>;

/** An event's value with the type and the version it was written as. */
export interface Versioned<T> {
  type: string;
  version: number;
  value: T;
}

/** The version that a type is written as now. */
export const currentVersion = <T>(upcasters: Upcasters<T>, type: string): number => stepsOf(upcasters, type).length + 1;

/**
 * The value in the current version of its type. An unknown type, and a version newer than any known one, come back as they
 * are: another process may be ahead, and what it wrote is kept and passed on. Version 0 (a field never set) is 1.
 */
export function upcast<T>(upcasters: Upcasters<T>, { type, version, value }: Versioned<T>): Versioned<T> {
  const written = Math.max(version, 1);
  const steps = stepsOf(upcasters, type).slice(written - 1);
  if (steps.length === 0) return { type, version, value };
  return { type, version: written + steps.length, value: steps.reduce((was, step) => step(was), value) };
}

const stepsOf = <T>(upcasters: Upcasters<T>, type: string) => (Object.hasOwn(upcasters, type) ? upcasters[type]! : []);
