declare module 'class-transformer/cjs/storage' {
  /** What `@Type()` recorded; class-transformer exports it from this file only. */
  export const defaultMetadataStorage: {
    findTypeMetadata(target: abstract new () => object, property: string): { typeFunction(): abstract new () => object } | undefined;
  };
}
