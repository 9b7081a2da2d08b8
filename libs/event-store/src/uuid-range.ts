/** UUIDs as PostgreSQL orders them: as numbers of 128 bits. Both ends belong to a range. */
export interface UuidRange {
  from: string;
  to: string;
}

export const FIRST_UUID = '00000000-0000-0000-0000-000000000000';
export const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
export const ALL_UUIDS: UuidRange = { from: FIRST_UUID, to: LAST_UUID };

const numberOf = (uuid: string) => BigInt(`0x${uuid.replaceAll('-', '')}`);

function uuidOf(number: bigint): string {
  const hex = number.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The rest of a range behind one of its UUIDs; undefined where nothing is left. */
export function behind(uuid: string, { to }: UuidRange): UuidRange | undefined {
  return uuid >= to ? undefined : { from: uuidOf(numberOf(uuid) + 1n), to };
}

/** Both halves of a range, the second undefined where it is too small to cut. */
export function halves({ from, to }: UuidRange): [UuidRange, UuidRange | undefined] {
  const [low, high] = [numberOf(from), numberOf(to)];
  if (low >= high) return [{ from, to }, undefined];
  const middle = (low + high) / 2n;
  return [{ from, to: uuidOf(middle) }, { from: uuidOf(middle + 1n), to }];
}

/** How much of all UUIDs lies in a range (0 to 1). */
export const shareOf = ({ from, to }: UuidRange) => Number(numberOf(to) - numberOf(from) + 1n) / 2 ** 128;
