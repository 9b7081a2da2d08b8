import { IDENTITY_LINKED, type Position } from '@throughline/contracts';
import { readTells, tellsOf } from './body-tells';
import type { OpenEvent } from './ledger-event';
import { traitsOf, type Told, type TraitName } from './traits';

/** An event with its place in the log: what projections fold, live and in a rebuild alike. */
export interface AppendedEvent extends OpenEvent {
  /** Undefined where its key is gone for good, and where it was not opened: what hangs on it otherwise is said beside it. */
  body: OpenEvent['body'];
  position: Position;
  /** Unix ms. */
  recordedAt: number;
  /** Its own identity is vouched for. */
  verified: boolean;
  /** Which traits of the customer it tells. */
  told: Told;
}

export const NOTHING_TOLD: Told = {};

/** What its body tells by the envelope's word; where that says nothing by today's rules, by the body's. */
export function appendedEvent({ segment, envelope, body }: OpenEvent, { position, recordedAt }: Pick<AppendedEvent, 'position' | 'recordedAt'>): AppendedEvent {
  const tells = tellsOf(envelope) ?? (body && readTells(body, traitsOf(envelope, body)));
  return { segment, envelope, body, position, recordedAt, verified: tells?.verified ?? false, told: tells?.traits.length ? sources(envelope, tells.traits) : NOTHING_TOLD };
}

function sources({ id, occurredAt, providerSequence }: OpenEvent['envelope'], traits: readonly TraitName[]): Told {
  const source = { source: id, at: Number(occurredAt), sequence: Number(providerSequence) };
  return Object.fromEntries(traits.map((trait) => [trait, source]));
}

/** A link steers the read models and is no part of the timeline. */
export const isTimelineItem = ({ envelope }: OpenEvent) => envelope.type !== IDENTITY_LINKED;
