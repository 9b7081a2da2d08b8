import type { Adapter } from '@throughline/channel-kit';
import { twilioVoice } from './twilio-voice.adapter';

/** Every provider of this service. A new one is a name here and its line below: without the line it does not compile. */
export type PhoneProvider = 'twilio-voice';

export const phoneAdapters: { readonly [P in PhoneProvider]: Adapter & { readonly provider: P } } = {
  'twilio-voice': twilioVoice,
};
