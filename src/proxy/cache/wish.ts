import { type Fault, fault } from '../../core/fault.ts';
import { isKeyOf } from '../../lib/expect.ts';
import type { ReadHeaders } from '../arrival/headers.ts';

/**
 * What a caller may ask of the cache in `x-gw-cache`.
 *
 * - `on`: use it for this request, whatever the policy says.
 * - `off`: neither look there, nor keep the answer, nor share it.
 * - `refresh`: ask a target, and keep the new answer in place of the old one.
 * - `only`: what is kept, or nothing.
 */
const WISHES = { on: true, off: true, refresh: true, only: true } as const;
export type CacheWish = keyof typeof WISHES;

/** The same in HTTP's own words (RFC 9111, 5.2.1). They never turn a cache on: browsers send them unasked. */
const DIRECTIVES: ReadonlyMap<string, CacheWish> = new Map([
  ['no-store', 'off'],
  ['no-cache', 'refresh'],
  ['max-age=0', 'refresh'],
  ['only-if-cached', 'only'],
]);

/** What the header `x-gw-cache` wishes; a fault where it wishes nothing known. */
export function readCacheWish({ cache }: ReadHeaders): CacheWish | Fault | undefined {
  if (cache === undefined) return undefined;
  const wish = cache.trim().toLowerCase();
  if (isKeyOf(WISHES, wish)) return wish;
  return fault(
    'bad_request',
    `x-gw-cache takes on, off, refresh or only, not "${cache.slice(0, 40)}"; without the header the route's policy decides`,
  );
}

/** What `cache-control` wishes of a cache that is on. The strictest of its directives counts. */
export function readDirective({ cacheControl }: ReadHeaders): CacheWish | undefined {
  if (cacheControl === undefined) return undefined;
  const given = new Set(cacheControl.split(',').map((part) => part.trim().toLowerCase()));
  for (const [directive, wish] of DIRECTIVES) if (given.has(directive)) return wish;
  return undefined;
}
