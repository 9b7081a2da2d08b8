import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('channel_account')
export class ChannelAccountEntity {
  @PrimaryColumn('text') id!: string;
  @Column('uuid') tenant!: string;
  @Column('text') provider!: string;
  /** Empty on an account open to several. */
  @Column('text') channel!: string;
  /** Empty where nothing names it at the provider. */
  @Column('text') address!: string;
  @Column('text', { name: 'secrets_key_id' }) secretsKeyId!: string;
  /** JSON object of strings, sealed under the tenant's config key for the account's id. */
  @Column('bytea') secrets!: Buffer;
  @Column('jsonb') settings!: object;
  @Column('boolean') removed!: boolean;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
