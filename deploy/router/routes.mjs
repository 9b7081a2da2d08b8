// Which service a request belongs to, as deploy/routes.json says.
import { readFileSync } from 'node:fs';

const pattern = (path) =>
  new RegExp(`^${path.replace(/[.+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+').replace(/\/\*$/, '(?:/.*)?')}$`);

/** A function (method, path without query) -> name of the service, or undefined. */
export function routeTable(file) {
  const routes = JSON.parse(readFileSync(file, 'utf8')).routes.map(({ path, methods, service }) => ({ methods, service, fits: pattern(path) }));
  return (method, path) => routes.find((route) => route.fits.test(path) && (route.methods?.includes(method) ?? true))?.service;
}
