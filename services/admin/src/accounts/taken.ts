import { rejected } from '@throughline/contracts';

const UNIQUE_VIOLATION = '23505';

/** What PostgreSQL says, bare or wrapped by TypeORM. */
interface DatabaseError {
  code?: string;
  constraint?: string;
  driverError?: DatabaseError;
}

/** A unique index reaches over all tenants, past their walls: its violation becomes a 409 that never tells whose it is. Other errors pass. */
export function taken(error: unknown): never {
  const { code, constraint } = (error as DatabaseError).driverError ?? (error as DatabaseError);
  if (code === UNIQUE_VIOLATION && constraint === 'channel_account_pkey') throw conflict('id-taken', '/id', 'This id is taken.');
  if (code === UNIQUE_VIOLATION && constraint === 'channel_account_address') throw conflict('address-taken', '/address', 'This address is taken at this provider.');
  throw error;
}

const conflict = (slug: string, pointer: string, detail: string) =>
  rejected(slug, detail, { status: 409, errors: [{ pointer, code: 'taken', detail }] });
