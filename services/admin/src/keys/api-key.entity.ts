import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('api_key')
export class ApiKeyEntity {
  /** UUIDv7, so that a list by id is a list by time. */
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') tenant!: string;
  @Column('text') name!: string;
  /** SHA-256 of the whole token. */
  @Column('bytea') hash!: Buffer;
  @Column('text', { array: true }) scopes!: string[];
  @Column('boolean') removed!: boolean;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
