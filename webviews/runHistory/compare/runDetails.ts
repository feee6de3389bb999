import type { RunDetail } from '../../../protocol/runs.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

/** A completed run changes only by user edits: it is fetched again after this interval. */
const endedAgainMs = 30_000;

/** Runs per request: the first appear soon, and the engine can answer others in between. */
const runsAtOnce = 50;

/** The details of the compared runs, fetched together and kept until newer ones arrive. */
export class RunDetails {
  readonly #ask: (runIds: string[]) => Promise<RunDetail[]>;
  readonly #changed: (grew: string[]) => void;
  readonly #details = new Map<string, { run: RunDetail; at: number }>();
  #runIds: readonly string[] = [];
  #error: string | null = null;
  #busy = false;
  #again = false;

  constructor(ask: (runIds: string[]) => Promise<RunDetail[]>, changed: (grew: string[]) => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** The loaded details in the order of the selection. */
  get runs(): RunDetail[] {
    return this.#runIds.flatMap((runId) => this.#details.get(runId)?.run ?? []);
  }

  get wanted(): number {
    return this.#runIds.length;
  }

  get error(): string | null {
    return this.#error;
  }

  get loading(): boolean {
    return this.#busy;
  }

  set(runIds: readonly string[]): void {
    this.#runIds = runIds;
    const kept = new Set(runIds);
    for (const runId of this.#details.keys()) if (!kept.has(runId)) this.#details.delete(runId);
    this.refresh();
  }

  /** Fetches missing, running and outdated runs. */
  refresh(): void {
    this.#again = true;
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#again) {
      this.#again = false;
      await this.#pass();
    }
    this.#busy = false;
    this.#changed([]);
  }

  async #pass(): Promise<void> {
    const now = Date.now();
    const due = this.#runIds.filter((runId) => {
      const held = this.#details.get(runId);
      return held === undefined || held.run.status === 'running' || now - held.at > endedAgainMs;
    });
    const missing: string[] = [];
    for (let from = 0; from < due.length; from += runsAtOnce) {
      const runIds = due.slice(from, from + runsAtOnce).filter((runId) => this.#runIds.includes(runId));
      if (runIds.length === 0) continue;
      try {
        const runs = await this.#ask(runIds);
        missing.push(...runIds.filter((runId) => !runs.some((run) => run.runId === runId)));
        this.#error =
          missing.length === 0
            ? null
            : `${missing.map((runId) => runId.slice(0, 8)).join(', ')} ${missing.length === 1 ? 'is' : 'are'} no longer in the store.`;
        // Many runs appear as they arrive.
        this.#changed(this.#take(runs));
      } catch (error) {
        this.#error = messageOf(error);
        return this.#changed([]);
      }
    }
  }

  /** Returns the runs that ended since the last fetch: their last points were logged in between. */
  #take(runs: readonly RunDetail[]): string[] {
    const grew = runs.filter((run) => this.#details.get(run.runId)?.run.status === 'running').map((run) => run.runId);
    for (const run of runs) if (this.#runIds.includes(run.runId)) this.#details.set(run.runId, { run, at: Date.now() });
    return grew;
  }
}
