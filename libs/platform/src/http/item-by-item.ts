import { RouteConfig } from '@nestjs/platform-fastify';

/** The handler refuses items and not whole bodies, those with unsafe names too: it is told that there are some (`unsafeNames` of the request). */
export const ItemByItem = () => RouteConfig({ itemByItem: true });

/** True where a JSON value has, at any level, a name by which whoever copies it could change what all objects are: `__proto__`, or `prototype` of `constructor`. */
export function hasUnsafeNames(value: unknown): boolean {
  const nests = [value];
  while (nests.length > 0) {
    const nest = nests.pop();
    if (typeof nest !== 'object' || nest === null) continue;
    if (Object.hasOwn(nest, '__proto__') || (Object.hasOwn(nest, 'constructor') && isUnsafe((nest as Record<string, unknown>).constructor))) return true;
    // One by one: a long list is more arguments than a call may have.
    for (const part of Object.values(nest)) nests.push(part);
  }
  return false;
}

const isUnsafe = (constructor: unknown) => typeof constructor === 'object' && constructor !== null && Object.hasOwn(constructor, 'prototype');
