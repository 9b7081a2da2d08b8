import { ApiPropertyOptional } from '@nestjs/swagger';
import { readCursor, signCursor } from '@throughline/platform';
import type { TenantKeys, Vault } from '@throughline/vault';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { LessThan, MoreThan } from 'typeorm';

/** The query of every list. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'From `next` or `previous` of an earlier answer.' })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  cursor?: string;
}

/** Where a page begins: behind this row, or (`back`) before it. */
export interface Place {
  key: string[];
  back?: boolean;
}

/** The condition of a list by id that begins at this place. */
export const beyond = (place: Place | undefined) => (place ? { id: place.back ? LessThan(place.key[0]!) : MoreThan(place.key[0]!) } : {});

export interface Page<T> {
  items: T[];
  next: string | null;
  previous: string | null;
}

/** A list that is read by keyset; its cursors pass in no other list and for no other tenant. */
export class Paging {
  constructor(
    private readonly kind: string,
    private readonly keys: Pick<TenantKeys, 'hash'>,
  ) {}

  place(cursor: string | undefined): Place | undefined {
    return cursor === undefined ? undefined : readCursor<Place>(this.keys, this.kind, cursor);
  }

  cursor(place: Place): string {
    return signCursor(this.keys, this.kind, place);
  }

  /** @param rows one more than the limit where there are more, in reading direction (backwards where `place.back`) */
  page<R, T>(rows: readonly R[], limit: number, place: Place | undefined, of: { key: (row: R) => string[]; item: (row: R) => T }): Page<T> {
    const more = rows.length > limit;
    const shown = place?.back ? rows.slice(0, limit).toReversed() : rows.slice(0, limit);
    const cursor = (row: R | undefined, back: boolean) => (row === undefined ? null : this.cursor({ key: of.key(row), back }));
    return {
      items: shown.map(of.item),
      next: more || place?.back ? cursor(shown.at(-1), false) : null,
      previous: (place?.back ? more : place) ? cursor(shown[0], true) : null,
    };
  }
}

/** Gives a tenant's lists their cursors. */
export class Lists {
  constructor(private readonly vault: Pick<Vault, 'forTenant'>) {}

  /** @param kind the list with the version of its cursors' payload */
  async of(tenant: string, kind: string): Promise<Paging> {
    return new Paging(kind, await this.vault.forTenant(tenant));
  }
}
