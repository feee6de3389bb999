import type { PreviewProblem, SourceAnswer, SourcePreview } from '../../protocol/sourcePreview.ts';
import type { Opened } from '../ui/frame/connection.ts';
import { Frame } from '../ui/frame/frame.ts';
import { isPlain, isTyping, take } from '../ui/frame/keys.ts';
import { messageOf } from '../ui/frame/messageOf.ts';
import { rowStep } from '../ui/table/rowSteps.ts';
import { VirtualTable } from '../ui/table/virtualTable.ts';
import type { Actions, Collected, Model, PersistedState, PreviewConnection } from './model.ts';
import { rowHeight } from './previewTable.ts';
import { sourcePreviewView } from './sourcePreviewView.ts';

/** Rows that are asked for. */
const mostRows = 100;

/** The preview of a source: what was read, and the actions that change it. It reads only when a person asks. */
export class SourcePreviewPage {
  readonly #frame: Frame<'sourcePreview', PersistedState>;
  readonly #table = new VirtualTable({ scroller: '.scroller', table: 'table.values', rowHeight, headExtra: 18 });
  readonly #actions: Actions;
  #stage = '';
  #preview: SourcePreview | null = null;
  #problem: PreviewProblem | null = null;
  #since: number | null = null;
  #cancelled = false;
  #active = 0;
  /** The collection that ended after the preview was taken. */
  #collected: Collected | null = null;
  #hasNews = false;
  #isAsking = false;
  /** Incremented for each reading: the answer of an earlier one is dropped. */
  #turn = 0;

  constructor(connection: PreviewConnection) {
    this.#frame = new Frame(connection, {
      initial: { all: false, onlyFaults: false },
      draw: () =>
        sourcePreviewView(this.#model(), this.#actions, this.#table.slice(this.#table.port(), this.#shown.length)),
      keys: (event) => this.#pageKeys(event),
      agingMs: 60_000,
      followsWindow: true,
    });
    this.#actions = this.#makeActions();
  }

  opened({ state, ui, asked }: Opened<'sourcePreview', PersistedState>): void {
    const isRevealed = this.#stage !== '';
    this.#stage = state.stage;
    if (ui !== null) this.#frame.set(ui);
    this.#frame.persist({});
    // After a reload of the window, or when its tab is shown again, nobody asked for a connection.
    if (asked || ui === null || isRevealed) void this.#read(false);
    else this.#frame.paint();
  }

  /** A source is read again only when a person asks; the view says when a collection made the preview old. */
  changed(): void {
    this.#hasNews = true;
    if (!this.#isAsking) void this.#askIfCollected();
  }

  async #askIfCollected(): Promise<void> {
    this.#isAsking = true;
    while (this.#hasNews) {
      this.#hasNews = false;
      const { stage, takenAt } = this.#preview ?? {};
      if (takenAt === undefined) break;
      try {
        const stages = await this.#frame.request('stages/status', {});
        const last = stages.find(({ name }) => name === stage)?.last;
        const endedAt = (last?.startedAt ?? 0) + (last?.durationMs ?? 0);
        const isNewer = last?.status === 'finished' && last.durationMs !== null && endedAt > takenAt;
        if (takenAt === this.#preview?.takenAt)
          this.#collected = isNewer ? { at: endedAt, summary: last.summary } : null;
      } catch {
        // The preview stays as it is: without an answer nothing is known of a collection.
      }
      this.#frame.paint();
    }
    this.#isAsking = false;
  }

  async #read(runs: boolean): Promise<void> {
    const turn = ++this.#turn;
    this.#since = Date.now();
    this.#cancelled = false;
    this.#frame.paint();
    const { stage, preview } = await this.#ask(runs);
    if (turn !== this.#turn) return;
    this.#since = null;
    this.#problem = preview.problem;
    if (preview.preview) {
      this.#preview = preview.preview;
      this.#collected = null;
      this.#active = 0;
      this.#table.scrollToTop();
    }
    this.#frame.move({ stage }, `Preview: ${stage}`);
    this.#frame.paint();
  }

  async #ask(runs: boolean): Promise<{ stage: string; preview: SourceAnswer }> {
    const stage = this.#stage;
    try {
      const { all } = this.#frame.state;
      return { stage, preview: await this.#frame.request('sources/preview', { stage, rows: mostRows, all, runs }) };
    } catch (error) {
      return { stage, preview: { preview: null, problem: { stage, message: messageOf(error), place: null } } };
    }
  }

  get #shown(): number[] {
    const rows = this.#preview?.rows.map((_, i) => i) ?? [];
    if (!this.#frame.state.onlyFaults) return rows;
    const faults = new Set(this.#preview?.faults.map(({ row }) => row));
    return faults.size === 0 ? rows : rows.filter((row) => faults.has(row));
  }

  #model(): Model {
    const shown = this.#shown;
    return {
      ...this.#frame.state,
      stage: this.#stage,
      preview: this.#preview,
      problem: this.#problem,
      collected: this.#collected,
      since: this.#since,
      cancelled: this.#cancelled,
      shown,
      active: Math.min(this.#active, Math.max(0, shown.length - 1)),
    };
  }

  #makeActions(): Actions {
    const read = (): void => void this.#read(false);
    return {
      refresh: read,
      cancel: () => {
        if (this.#since === null) return;
        this.#turn++;
        this.#since = null;
        this.#cancelled = true;
        void this.#frame.request('sources/stop', { stage: this.#stage }).catch(() => {});
        this.#frame.paint();
      },
      runCommand: () => void this.#read(true),
      all: (all) => {
        this.#frame.persist({ all });
        read();
      },
      onlyFaults: (onlyFaults) => {
        this.#active = 0;
        this.#table.scrollToTop();
        this.#frame.persist({ onlyFaults });
        this.#frame.paint();
      },
      activate: (position) => {
        this.#active = position;
        this.#frame.paint();
      },
      keys: (event) => this.#keys(event),
      scrolled: () => this.#frame.paint(),
      collect: () => this.#frame.actions.runStage(this.#stage),
      openSource: () => {
        const place = this.#problem?.place;
        this.#frame.act({ do: 'openFile', path: place?.file ?? 'loopwright.yaml', line: place?.line ?? null });
      },
    };
  }

  #keys(event: KeyboardEvent): void {
    if (!isPlain(event) || event.target !== event.currentTarget) return;
    const step = rowStep(event.key, this.#table.pageRows());
    const next = event.key === 'n' ? this.#nextFault() : step === null ? null : this.#active + step;
    if (next === null) return;
    take(event);
    this.#active = Math.max(0, Math.min(this.#shown.length - 1, next));
    this.#table.reveal(this.#active);
    this.#frame.paint();
  }

  /** The next row that does not fit, from the start after the last. */
  #nextFault(): number | null {
    const faults = new Set(this.#preview?.faults.map(({ row }) => row));
    const at = this.#shown.flatMap((row, i) => (faults.has(row) ? [i] : []));
    return at.find((i) => i > this.#active) ?? at[0] ?? null;
  }

  #pageKeys(event: KeyboardEvent): void {
    if (!isPlain(event) || isTyping(event)) return;
    if (event.key === 'Escape') this.#actions.cancel();
    else if (event.key === 'r' && this.#since === null) {
      take(event);
      this.#actions.refresh();
    }
  }
}
