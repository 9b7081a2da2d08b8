import type { Body, Envelope } from '@throughline/contracts';
import { currentVersion, upcast, type Upcasters } from './upcast';

/**
 * Steps between the versions of the event types. None is needed yet: every type is at version 1, and its bytes of today lie
 * in `recorded/`. A new version adds a step here and its recorded bytes there; neither is changed afterwards.
 */
export const UPCASTERS: Upcasters<Body> = {};

/** Version to write a type as. */
export const typeVersion = (type: string): number => currentVersion(UPCASTERS, type);

/** The body in the current version of its type; the envelope stays what was written. For whoever opens bodies. */
export const upcastBody = ({ type, typeVersion: version }: Pick<Envelope, 'type' | 'typeVersion'>, body: Body): Body =>
  upcast(UPCASTERS, { type, version, value: body }).value;
