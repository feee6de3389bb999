import type { RunDetail } from '../../../protocol/runs.ts';

/** A run that ended changes by a person's hand alone: it is asked for again when it was not for this long. */
const endedAgainMs = 30_000;

/** The details of the compared runs, asked for one after the other and kept until newer ones are there. */
export class RunDetails {
  readonly #ask: (runId: string) => Promise<RunDetail>;
  readonly #changed: (grew: string[]) => void;
  readonly #details = new Map<string, { run: RunDetail; at: number }>();
  #runIds: readonly string[] = [];
  #error: string | null = null;
  #busy = false;
  #again = false;

  constructor(ask: (runId: string) => Promise<RunDetail>, changed: (grew: string[]) => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Those that are here, in the order of the selection. */
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

  /** Asks for what is missing, for runs that are going on, and for those not asked for long. */
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
    const grew: string[] = [];
    let painted = performance.now();
    for (const runId of due) {
      if (!this.#runIds.includes(runId)) continue;
      const before = this.#details.get(runId)?.run;
      try {
        const run = await this.#ask(runId);
        this.#details.set(runId, { run, at: Date.now() });
        this.#error = null;
        // Its last points came between the last asking and its end.
        if (before?.status === 'running') grew.push(runId);
      } catch (error) {
        this.#error = error instanceof Error ? error.message : String(error);
        return this.#changed(grew);
      }
      // Many runs appear as they come.
      if (performance.now() - painted > 100) {
        this.#changed(grew.splice(0));
        painted = performance.now();
      }
    }
    this.#changed(grew);
  }
}
