import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { mediaTypeOf, RecordSchema, rejected, type Record } from '@throughline/contracts';
import { sealBody, type Redriven, type Runtime } from '@throughline/platform';

const RECORD = mediaTypeOf('interactions');

/**
 * Puts an interaction that was set aside back on the bus, under its key: it comes through the same handler, behind what is
 * on its key already, and is parked or set aside there as any other. Throws `rejected` for what is no interaction.
 */
export const redriveInteraction =
  ({ bus, vault, blobs }: Pick<Runtime, 'bus' | 'vault' | 'blobs'>) =>
  async ({ tenant, mediaType, raw }: Redriven): Promise<void> => {
    if (mediaType !== RECORD) throw rejected('not-redrivable', 'It is no interaction off the bus.');
    const record = fromBinary(RecordSchema, raw);
    const { envelope, body } = record;
    if (envelope?.tenant !== tenant || !body) throw rejected('not-redrivable', 'The record has no body, or belongs to another tenant.');
    // A body that lies open in its letter (it was sealed as a whole) travels sealed again.
    const sealed = body.keyId ? body : await sealBody(await vault.forTenant(tenant), blobs, envelope.id, body.box);
    const value: Record = create(RecordSchema, { ...record, body: sealed });
    await bus.publish('interactions', [{ key: envelope.key, value: toBinary(RecordSchema, value) }]);
  };
