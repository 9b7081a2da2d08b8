/** A sealed box and the id of the key that opens it. */
export interface SealedFrame {
  keyId: string;
  box: Uint8Array;
}

/**
 * Seals frames and opens them: what the bus needs of the vault. `id` names what the box belongs to (topic and tenant) and
 * is bound to it. Throws `unavailable` where there is no key now; `open` throws `rejected` where the box will never open.
 */
export interface FrameSealer {
  seal(tenant: string, id: string, plain: Uint8Array): Promise<SealedFrame>;
  /** The same for what waits beside the bus, under a key that outlives the topics' retention. */
  keep(tenant: string, id: string, plain: Uint8Array): Promise<SealedFrame>;
  open(tenant: string, id: string, sealed: SealedFrame): Promise<Uint8Array>;
}
