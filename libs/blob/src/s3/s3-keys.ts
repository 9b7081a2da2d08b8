import type { BlobClass } from '../blob.contract';
import type { Place } from '../blob-driver.contract';

/**
 * Names: `<prefix>/<class>/<tenant>/<id>`; large content: `<prefix>/content/<class>/<tenant>/<session>`; unfinished uploads:
 * `<prefix>/uploads/<tenant>/<session>`. The class stands in front, so a lifecycle rule of the bucket can expire it too.
 */
export class S3Keys {
  private readonly root: string;

  constructor(prefix = '') {
    this.root = prefix && `${prefix}/`;
  }

  name({ kind, tenant, id }: Place): string {
    return `${this.names(kind)}${tenant}/${id}`;
  }

  names(kind: BlobClass): string {
    return `${this.root}${kind}/`;
  }

  content({ kind, tenant }: Place, session: string): string {
    return `${this.contents()}${kind}/${tenant}/${session}`;
  }

  contents(): string {
    return `${this.root}content/`;
  }

  upload(tenant: string, session: string): string {
    return `${this.uploads()}${tenant}/${session}`;
  }

  uploads(): string {
    return `${this.root}uploads/`;
  }
}
