import type { PatternNode } from './parsePattern.ts';

/** One step of a program; `next` is the number of the step after it. */
export type Step =
  /** Reads a byte for which `set` is 1. */
  | { kind: 'byte'; set: Uint8Array; next: number }
  /** Goes on with `next`, and where that does not match, with `other`. */
  | { kind: 'split'; next: number; other: number }
  /** Notes the place as a bound of a group. */
  | { kind: 'bound'; slot: number; next: number }
  | { kind: 'start' | 'end'; next: number }
  | { kind: 'match' };

export interface Program {
  steps: Step[];
  first: number;
}

const mostSteps = 3000;

/**
 * Returns a program that finds the leftmost match of a pattern, of several the one that Perl prefers. Null when it would
 * be too long. Bounds of group n are the slots 2n and 2n + 1.
 */
export function patternProgram(pattern: PatternNode): Program | null {
  const steps: Step[] = [];
  const add = (step: Step): number => steps.push(step) - 1;
  const range = (from: number, to: number): Uint8Array => new Uint8Array(256).fill(1, from, to + 1);
  const [lead2, lead3, lead4, more] = [range(0xc2, 0xdf), range(0xe0, 0xef), range(0xf0, 0xf4), range(0x80, 0xbf)];
  const setStep = (ascii: Uint8Array, others: boolean, next: number): number => {
    const set = new Uint8Array(256);
    set.set(ascii);
    let at = add({ kind: 'byte', set, next });
    if (!others) return at;
    let rest = next;
    for (const lead of [lead2, lead3, lead4]) {
      rest = add({ kind: 'byte', set: more, next: rest });
      at = add({ kind: 'split', next: at, other: add({ kind: 'byte', set: lead, next: rest }) });
    }
    return at;
  };
  /** Adds the steps of a node that goes on with step `next`. Returns the number of its first step. */
  const build = (node: PatternNode, next: number): number => {
    if (steps.length > mostSteps) return next;
    switch (node.kind) {
      case 'empty':
        return next;
      case 'start':
      case 'end':
        return add({ kind: node.kind, next });
      case 'set':
        return setStep(node.ascii, node.others, next);
      case 'bytes':
        return node.bytes.reduceRight((at, byte) => add({ kind: 'byte', set: range(byte, byte), next: at }), next);
      case 'sequence':
        return node.parts.reduceRight((at, part) => build(part, at), next);
      case 'choice':
        return node.parts
          .slice(0, -1)
          .reduceRight(
            (other, part) => add({ kind: 'split', next: build(part, next), other }),
            build(node.parts.at(-1) ?? { kind: 'empty' }, next),
          );
      case 'group': {
        const close = add({ kind: 'bound', slot: 2 * node.number + 1, next });
        return add({ kind: 'bound', slot: 2 * node.number, next: build(node.part, close) });
      }
      default:
        return repeat(node, next);
    }
  };
  const split = (isGreedy: boolean, inside: number, after: number): number =>
    add(isGreedy ? { kind: 'split', next: inside, other: after } : { kind: 'split', next: after, other: inside });
  const repeat = (node: Extract<PatternNode, { kind: 'repeat' }>, next: number): number => {
    const { part, min, max, isGreedy } = node;
    let at = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop = add({ kind: 'split', next, other: next });
      const inside = build(part, loop);
      steps[loop] = isGreedy ? { kind: 'split', next: inside, other: next } : { kind: 'split', next, other: inside };
      at = loop;
    } else for (let i = min; i < max; i++) at = split(isGreedy, build(part, at), next);
    for (let i = 0; i < min; i++) at = build(part, at);
    return at;
  };
  const found = build(pattern, add({ kind: 'match' }));
  // Where the pattern does not match, the search goes on behind the next character.
  const search = add({ kind: 'split', next: found, other: found });
  steps[search] = { kind: 'split', next: found, other: setStep(range(0, 0x7f).subarray(0, 128), true, search) };
  return steps.length > mostSteps ? null : { steps, first: search };
}
