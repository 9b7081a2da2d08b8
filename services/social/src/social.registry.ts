import type { Adapter } from '@throughline/channel-kit';
import { whatsapp } from './whatsapp.adapter';

/** Every provider of this service. A new one is a name here and its line below: without the line it does not compile. */
export type SocialProvider = 'whatsapp';

export const socialAdapters: { readonly [P in SocialProvider]: Adapter & { readonly provider: P } } = {
  whatsapp,
};
