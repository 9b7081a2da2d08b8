import { rejected } from '@throughline/contracts';
import type { FrameSealer } from '../frames/frame-sealer.contract';

/** Seals nothing, but binds the box to its id as the vault does: for suites about the bus alone. */
export const plainFrames: FrameSealer = {
  seal: async (_tenant, id, plain) => ({ keyId: id, box: plain }),
  keep: async (_tenant, id, plain) => ({ keyId: id, box: plain }),
  open: async (_tenant, id, { keyId, box }) => {
    if (keyId !== id) throw rejected('unopenable', 'A frame was moved.');
    return box;
  },
};
