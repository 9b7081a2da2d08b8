/** What the database says about its connections; a pino logger fits. Never gets a parameter or a row. */
export interface ServerLog {
  warn(fields: object, message: string): void;
}

export const silent: ServerLog = { warn: () => undefined };
