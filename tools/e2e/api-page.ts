import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `GET /v1/customers/{}`: a route without its parameters' names. Without a method where the page names none. */
export type Route = string;

const METHODS = /^((?:GET|POST|PUT|PATCH|DELETE)(?:\|(?:GET|POST|PUT|PATCH|DELETE))*) /;

const bare = (path: string) => path.replace(/\?.*$/, '').replace(/\{[^}|]*\}/g, '{}');

/** `/v1/cases/{id}/{accept|transfer}` stands for one path each. */
function spread(path: string): string[] {
  const choice = /\{([^}]*\|[^}]*)\}/.exec(path);
  if (!choice) return [path];
  return choice[1]!.split('|').flatMap((word) => spread(path.replace(choice[0], word)));
}

function routesOf(span: string): Route[] {
  const methods = METHODS.exec(span);
  const path = span.slice(methods?.[0].length ?? 0);
  // `/v1/chat` is a socket, `/v1/insights/...` a family: neither is a route.
  if (!path.startsWith('/v1/') || /\.\.\.|\s/.test(bare(path)) || path === '/v1/chat') return [];
  const paths = spread(path).map(bare);
  return methods ? methods[1]!.split('|').flatMap((method) => paths.map((one) => `${method} ${one}`)) : paths;
}

/** The routes that docs/api.md promises, read from its code spans. */
export function documentedRoutes(): Route[] {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'api.md'), 'utf8').replace(/```[\s\S]*?```/g, '');
  const spans = [...page.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
  return [...new Set(spans.flatMap(routesOf))].toSorted();
}

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
}

/** The routes an OpenAPI document describes. */
export const servedRoutes = (document: OpenApi): Route[] =>
  Object.entries(document.paths)
    .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${bare(path)}`))
    .toSorted();

/** True where the route is served, a parameter by one or by fixed words; without a method, where any method is. */
export function isServed(route: Route, served: readonly Route[]): boolean {
  const steps = route.replace(/[.]/g, '\\$&').replace(/\{\}/g, '[^/ ]+');
  const pattern = new RegExp(route.startsWith('/') ? `^[A-Z]+ ${steps}$` : `^${steps}$`);
  return served.some((one) => pattern.test(one));
}
