import type { MetricSeries } from '../../../protocol/runs.ts';
import { grown } from '../../ui/series.ts';
import type { Curve } from '../../ui/series.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

type Ask = (params: { runIds: string[]; key: string; ends?: Record<string, string> }) => Promise<MetricSeries[]>;

interface Held {
  curve: Curve;
  /** The end of the curve, as the engine reported it; the next request starts there. */
  end: string;
}

/** The maximum number of points per response, which must fit into one message. */
const pointsAtOnce = 2_000_000;
const firstRuns = 8;

/**
 * The curves of runs, fetched once and extended when they grow. One request at a time; old curves stay until the new
 * ones arrive.
 */
export class SeriesStore {
  readonly #ask: Ask;
  readonly #changed: (key: string) => void;
  readonly #curves = new Map<string, Map<string, Held>>();
  readonly #wanted = new Map<string, Set<string>>();
  readonly #errors = new Map<string, string>();
  #asking: { key: string; runIds: ReadonlySet<string> } | null = null;
  #busy = false;
  #largest = 1;
  /** Incremented when everything is discarded: earlier responses are ignored. */
  #age = 0;

  constructor(ask: Ask, changed: (key: string) => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get(runId: string, key: string): Curve | undefined {
    return this.#curves.get(key)?.get(runId)?.curve;
  }

  error(key: string): string | null {
    return this.#errors.get(key) ?? null;
  }

  /** True while curves of a metric are being fetched that are not available in an older form. */
  missing(key: string): boolean {
    const coming = [...(this.#wanted.get(key) ?? []), ...(this.#asking?.key === key ? this.#asking.runIds : [])];
    return coming.some((runId) => this.get(runId, key) === undefined);
  }

  /** Fetches the missing curves. */
  want(runIds: readonly string[], key: string): void {
    const fresh = runIds.filter(
      (runId) => this.get(runId, key) === undefined && !(this.#asking?.key === key && this.#asking.runIds.has(runId)),
    );
    // After an error, the user retries.
    if (fresh.length > 0 && !this.#errors.has(key)) this.#enqueue(fresh, key);
  }

  /** Fetches the loaded curves of these runs again. */
  refresh(runIds: readonly string[]): void {
    for (const [key, curves] of this.#curves) {
      const known = runIds.filter((runId) => curves.has(runId));
      if (known.length > 0) this.#enqueue(known, key);
    }
  }

  /** Retries after an error. */
  retry(runIds: readonly string[], key: string): void {
    this.#errors.delete(key);
    this.#enqueue(runIds, key);
  }

  /** Discards the curves of all other runs. */
  keepOnly(runIds: readonly string[]): void {
    const kept = new Set(runIds);
    for (const curves of this.#curves.values())
      for (const runId of curves.keys()) if (!kept.has(runId)) curves.delete(runId);
    for (const wanted of this.#wanted.values()) for (const runId of wanted) if (!kept.has(runId)) wanted.delete(runId);
  }

  clear(): void {
    this.#age++;
    this.#curves.clear();
    this.#wanted.clear();
    this.#errors.clear();
  }

  #enqueue(runIds: readonly string[], key: string): void {
    const wanted = this.#wanted.get(key) ?? new Set();
    for (const runId of runIds) wanted.add(runId);
    this.#wanted.set(key, wanted);
    if (!this.#busy) void this.#next();
  }

  async #next(): Promise<void> {
    this.#busy = true;
    const waiting = (): [string, Set<string>] | undefined => [...this.#wanted].find(([, runs]) => runs.size > 0);
    for (let entry = waiting(); entry; entry = waiting()) {
      const [key, wanted] = entry;
      const runIds = [...wanted].slice(
        0,
        Math.max(1, this.#largest === 1 ? firstRuns : Math.floor(pointsAtOnce / this.#largest)),
      );
      for (const runId of runIds) wanted.delete(runId);
      const age = this.#age;
      this.#asking = { key, runIds: new Set(runIds) };
      try {
        const answer = await this.#ask({ runIds, key, ...this.#endsOf(runIds, key) });
        if (age === this.#age) this.#take(key, answer, runIds);
      } catch (error) {
        if (age === this.#age) this.#errors.set(key, messageOf(error));
      }
      this.#asking = null;
      this.#changed(key);
    }
    this.#busy = false;
  }

  #endsOf(runIds: readonly string[], key: string): { ends?: Record<string, string> } {
    const ends = runIds.flatMap((runId): [string, string][] => {
      const end = this.#curves.get(key)?.get(runId)?.end ?? '';
      return end === '' ? [] : [[runId, end]];
    });
    return ends.length === 0 ? {} : { ends: Object.fromEntries(ends) };
  }

  #take(key: string, answer: MetricSeries[], runIds: string[]): void {
    const curves = this.#curves.get(key) ?? new Map<string, Held>();
    const none = { key, count: 0, steps: null, at: '', values: '' };
    // A run without the metric gets an empty curve, so that it is not requested again.
    for (const runId of runIds) {
      const series = answer.find((one) => one.runId === runId) ?? { runId, ...none };
      // The curve that these points continue was discarded in the meantime: it is fetched as a whole.
      if ((series.from ?? 0) > 0 && curves.get(runId)?.curve.count !== series.from) this.#wanted.get(key)?.add(runId);
      else curves.set(runId, { curve: grown(curves.get(runId)?.curve, series), end: series.end ?? '' });
    }
    this.#curves.set(key, curves);
    this.#largest = Math.max(this.#largest, ...answer.map((one) => (one.from ?? 0) + one.count));
    this.#errors.delete(key);
  }
}
