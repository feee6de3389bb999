import type { Fact } from '../../engine/facts/facts.ts';
import type { FactRequest } from '../../engine/facts/requests.ts';

/**
 * To the process that finds facts out: everything that is asked of a project now. It takes the place of what was asked
 * before.
 */
export interface Ask {
  root: string;
  /** `stamp` is that of the answer that is known; null for none. */
  requests: { key: string; stamp: string | null; request: FactRequest }[];
}

/**
 * From it: an answer; that a known answer no longer holds (`fact` absent); that all was answered; or what went wrong.
 */
export type Answer =
  | { root: string; key: string; stamp: string; fact?: Fact }
  | { root: string; done: true }
  | { root: string; error: string };
