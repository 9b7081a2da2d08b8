/** Large and raw content. It stores what it is given: callers seal first. Ids are UUIDs chosen by the caller. */
export interface BlobStore {
  /** Durable when it resolves; the same id again replaces nothing and resolves. Throws `unavailable` (`blob-store-unavailable`). */
  put(tenant: string, id: string, bytes: Uint8Array): Promise<void>;
  /** Undefined where there is none. */
  get(tenant: string, id: string): Promise<Buffer | undefined>;
  delete(tenant: string, id: string): Promise<void>;
  healthy(): Promise<boolean>;
}
