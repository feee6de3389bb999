import type { Fact } from '../../engine/facts/facts.ts';
import type { FactRequest } from '../../engine/facts/requests.ts';

/**
 * A request to the process that computes facts: all facts of a project that are needed now. It replaces the previous
 * request.
 */
export interface Ask {
  root: string;
  /** `stamp` is that of the cached fact; null for none. */
  requests: { key: string; stamp: string | null; request: FactRequest }[];
}

/** A response: a fact, a cached fact that is outdated (`fact` absent), the end of the request, or an error. */
export type Answer =
  | { root: string; key: string; stamp: string; fact?: Fact }
  | { root: string; done: true }
  | { root: string; error: string };
