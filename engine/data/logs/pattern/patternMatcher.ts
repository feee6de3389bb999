import type { Program } from './patternProgram.ts';

const mostStates = 4000;

/** Steps that wait for the next byte, the preferred first. */
interface State {
  threads: readonly number[];
  /** By class of the next byte; undefined where it was not met yet, null where no thread goes on. */
  next: (Transition | null | undefined)[];
  /** Place of the thread that has matched, or -1. It is the last one: those after it are not preferred. */
  matched: number;
  /** The match when the line ends here; undefined when not asked yet. */
  atEnd: Ending | null | undefined;
}

interface Transition {
  to: State;
  /** For each thread of `to`, the place of the thread that it comes from, and the bounds that it notes. */
  origins: readonly number[];
  bounds: readonly (readonly number[] | null)[];
}

interface Ending {
  thread: number;
  bounds: readonly number[];
}

/**
 * Matches lines with a program in linear time. Each set of threads that occurs becomes a state once, with what a byte
 * makes of it; the way back from the end of a match tells the bounds of the groups.
 */
export class PatternMatcher {
  /** Bounds of group n at 2n and 2n + 1 after a match; -1 for a group that took no part. */
  readonly bounds: Int32Array;
  readonly #program: Program;
  readonly #classOf: Uint8Array;
  readonly #byteOfClass: number[];
  readonly #states = new Map<string, State>();
  readonly #transitions = new Map<string, Transition>();
  readonly #first: Transition;
  /** The transitions of a line, equal ones after each other once, and the place of the first byte of each. */
  readonly #path: Transition[] = [];
  #starts = new Int32Array(256);

  constructor(program: Program) {
    const slots = program.steps.map((step) => (step.kind === 'bound' ? step.slot : 0));
    this.bounds = new Int32Array(Math.max(...slots) + 1);
    this.#program = program;
    ({ classOf: this.#classOf, byteOfClass: this.#byteOfClass } = byteClasses(program));
    this.#first = this.#close([{ step: program.first, origin: 0 }], true);
  }

  /** True when the pattern needs more states than are worth keeping. */
  get isTooLarge(): boolean {
    return this.#states.size > mostStates;
  }

  /** True when the line `bytes[from, end)` matches; the bounds are offsets in `bytes` then. */
  match(bytes: Buffer, from: number, end: number): boolean {
    if (this.isTooLarge) return false;
    const classOf = this.#classOf;
    const path = this.#path;
    if (this.#starts.length < end - from) this.#starts = new Int32Array(2 * (end - from));
    const starts = this.#starts;
    let count = 0;
    let last: Transition | null = null;
    let state = this.#first.to;
    let [matchEnd, matched] = [-1, -1];
    let at = from;
    for (; at < end; at++) {
      if (state.matched !== -1) [matchEnd, matched] = [at, state.matched];
      const c = classOf[bytes[at] as number] as number;
      let transition = state.next[c];
      if (transition === undefined) {
        transition = this.#step(state, c);
        state.next[c] = transition;
      }
      if (transition === null) break;
      if (transition !== last) {
        path[count] = last = transition;
        starts[count++] = at;
        state = transition.to;
      }
    }
    let ending: Ending | null = null;
    if (at === end) {
      if (state.atEnd === undefined) state.atEnd = this.#ending(state);
      ending = state.atEnd;
      if (ending) [matchEnd, matched] = [end, ending.thread];
    }
    if (matched === -1) return false;
    const slots = this.bounds;
    slots.fill(-1);
    for (const slot of ending?.bounds ?? []) slots[slot] = matchEnd;
    let thread = matched;
    let place = matchEnd;
    let run = count - 1;
    while (run >= 0 && (starts[run] as number) >= matchEnd) run--;
    for (; run >= 0; run--) {
      const { origins, bounds } = path[run] as Transition;
      const start = starts[run] as number;
      for (; place > start; place--) {
        const noted = bounds[thread];
        if (noted) for (let i = 0; i < noted.length; i++) note(slots, noted[i] as number, place);
        const origin = origins[thread] as number;
        // The same thread all the way to the start of the run: its bounds are noted already.
        if (origin === thread) break;
        thread = origin;
      }
      place = start;
    }
    for (const slot of this.#first.bounds[thread] ?? []) if (slots[slot] === -1) slots[slot] = from;
    return true;
  }

  #step({ threads }: State, c: number): Transition | null {
    const byte = this.#byteOfClass[c] as number;
    const goOn = threads.flatMap((number, origin) => {
      const step = this.#program.steps[number];
      return step?.kind === 'byte' && step.set[byte] === 1 ? [{ step: step.next, origin }] : [];
    });
    return goOn.length === 0 ? null : this.#close(goOn, false);
  }

  /** Follows steps that read nothing, in the order of preference. */
  #close(from: readonly { step: number; origin: number }[], isStart: boolean): Transition {
    const { steps } = this.#program;
    const [threads, origins, bounds]: [number[], number[], (number[] | null)[]] = [[], [], []];
    const seen = new Set<number>();
    let hasMatch = false;
    const follow = (number: number, origin: number, noted: readonly number[]): void => {
      const step = steps[number];
      if (!step || hasMatch || seen.has(number)) return;
      seen.add(number);
      if (step.kind === 'split') {
        follow(step.next, origin, noted);
        follow(step.other, origin, noted);
      } else if (step.kind === 'bound') follow(step.next, origin, [...noted, step.slot]);
      else if (step.kind === 'start') {
        if (isStart) follow(step.next, origin, noted);
      } else {
        threads.push(number);
        origins.push(origin);
        bounds.push(noted.length > 0 ? [...noted] : null);
        hasMatch = step.kind === 'match';
      }
    };
    for (const { step, origin } of from) follow(step, origin, []);
    const key = threads.join();
    let to = this.#states.get(key);
    if (!to) {
      to = { threads, next: [], matched: hasMatch ? threads.length - 1 : -1, atEnd: undefined };
      this.#states.set(key, to);
    }
    const path = `${key};${origins.join()};${bounds.map((noted) => noted?.join('.') ?? '').join()}`;
    const known = this.#transitions.get(path) ?? { to, origins, bounds };
    this.#transitions.set(path, known);
    return known;
  }

  /** The preferred thread that matches at the end of a line. */
  #ending({ threads }: State): Ending | null {
    const { steps } = this.#program;
    for (const [thread, first] of threads.entries()) {
      const seen = new Set<number>();
      const follow = (number: number, noted: readonly number[]): readonly number[] | null => {
        const step = steps[number];
        if (!step || seen.has(number)) return null;
        seen.add(number);
        if (step.kind === 'match') return noted;
        if (step.kind === 'split') return follow(step.next, noted) ?? follow(step.other, noted);
        if (step.kind === 'bound') return follow(step.next, [...noted, step.slot]);
        return step.kind === 'end' ? follow(step.next, noted) : null;
      };
      const bounds = follow(first, []);
      if (bounds) return { thread, bounds };
    }
    return null;
  }
}

/** Sets a bound to its last place. */
function note(slots: Int32Array, slot: number, place: number): void {
  if (slots[slot] === -1) slots[slot] = place;
}

/** Bytes that no step tells apart are of one class. */
function byteClasses({ steps }: Program): { classOf: Uint8Array; byteOfClass: number[] } {
  const sets = [...new Set(steps.flatMap((step) => (step.kind === 'byte' ? [step.set] : [])))];
  const classOf = new Uint8Array(256);
  const byteOfClass: number[] = [];
  const known = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const key = sets.map((set) => set[byte]).join('');
    let found = known.get(key);
    if (found === undefined) {
      found = byteOfClass.push(byte) - 1;
      known.set(key, found);
    }
    classOf[byte] = found;
  }
  return { classOf, byteOfClass };
}
