import type { SealPurpose } from './vault.contract';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A process whose clock lags, or whose batch began before midnight, may seal under the old key for this long (ms). */
export const SEAL_GRACE_MS = 5 * 60_000;
/** `interactions`, `timeline`, `outbound` and `dead-letters` keep 14 days. */
const BUS_RETENTION_MS = 14 * DAY_MS;
/** Brokers delete whole segments, so the last messages go late: a key outlives its topic's retention by a day. */
const BUS_MARGIN_MS = DAY_MS;
const RAW_RETENTION_MS = 90 * DAY_MS;

/** When a key may seal and when it must be gone (Unix ms). */
export interface KeyTimes {
  /** Nobody seals from here on. */
  sealUntil: number;
  destroyAfter: number;
}

const FOR_EVER: KeyTimes = { sealUntil: Infinity, destroyAfter: Infinity };

const epochId = (at: number) => `epoch:${dayOf(at)}`;
const rawId = (at: number) => `raw:${dayOf(at).slice(0, 7)}`;

let latest = { number: NaN, text: '' };

/** The day as text, made once a day: every box that is sealed asks for it. */
function dayOf(at: number): string {
  const number = Math.floor(at / DAY_MS);
  if (number !== latest.number) latest = { number, text: new Date(at).toISOString().slice(0, 10) };
  return latest.text;
}

/** Id of the key that seals for this purpose at this time (Unix ms): epochs change at 00:00 UTC, raw keys on the first of a month. */
export const calendarKeyId = (purpose: Exclude<SealPurpose, 'config'>, at: number) => (purpose === 'epoch' ? epochId(at) : rawId(at));

/** When the next day begins (Unix ms): until then `currentKeyIds` and `comingKeyIds` stay the same. */
export const dayEnd = (at: number) => (Math.floor(at / DAY_MS) + 1) * DAY_MS;

/** What a tenant needs to seal at this time. */
export const currentKeyIds = (at: number) => [epochId(at), rawId(at)];

/** What it will need tomorrow: made ahead, so that a key store that fails at midnight stops nobody. */
export const comingKeyIds = (at: number) => currentKeyIds(at + DAY_MS);

/** The times of a key or of a part of it, read off its id. Keys that know no calendar last for ever. */
export function keyTimes(id: string): KeyTimes {
  const [kind, name = ''] = id.split(':');
  if (kind === 'epoch') {
    const sealUntil = Date.parse(`${name.slice(0, 10)}T00:00:00Z`) + DAY_MS + SEAL_GRACE_MS;
    return { sealUntil, destroyAfter: sealUntil + BUS_RETENTION_MS + BUS_MARGIN_MS };
  }
  if (kind !== 'raw') return FOR_EVER;
  const sealUntil = Date.UTC(Number(name.slice(0, 4)), Number(name.slice(5, 7))) + SEAL_GRACE_MS;
  return { sealUntil, destroyAfter: sealUntil + RAW_RETENTION_MS };
}
