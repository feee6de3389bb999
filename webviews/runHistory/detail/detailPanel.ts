import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunModel } from '../../../protocol/modelFacts.ts';
import type { RunChange, RunDetail } from '../../../protocol/runs.ts';
import { Loader } from '../../ui/frame/loadable.ts';
import { errorBar, skeleton } from '../../ui/pieces.ts';
import { ArtifactStore } from '../files/artifactStore.ts';
import { CurveGrid } from '../curves/curveGrid.ts';
import type { GridHost } from '../curves/curveGrid.ts';
import { LogTail } from '../files/logTail.ts';
import type { PanelHost } from '../panels/panelHost.ts';
import { detailView } from './detailView.ts';
import type { DetailActions, Editing } from './detailModel.ts';
import { PlotCharts } from './plotCharts.ts';
import { readDetailState } from './detailState.ts';
import type { DetailState } from './detailState.ts';

/** One run: its inputs, results and environment, and how to reproduce it. */
export class DetailPanel {
  readonly #host: PanelHost;
  readonly #detail: Loader<RunDetail>;
  readonly #models: Loader<RunModel[]>;
  readonly #curves: CurveGrid;
  readonly #system: CurveGrid;
  readonly #plots = new PlotCharts();
  readonly #files: ArtifactStore;
  readonly #actions: DetailActions;
  readonly #search = new Map<string, string>();
  #state: DetailState = readDetailState(null);
  #runId: string | null = null;
  #editing: Editing = null;
  #log: LogTail | null = null;
  #stream: 'all' | 'stderr' = 'all';
  /** True when the user selected the stage of the log; otherwise the log follows the run. */
  #stageChosen = false;
  #following = true;
  /** The scroll position of the log. */
  #followed: { box: Element | null; top: number } = { box: null, top: 0 };
  #preview: string | null = null;
  #busy = false;
  #again = false;

  constructor(host: PanelHost) {
    this.#host = host;
    this.#detail = new Loader(() => this.#came());
    this.#models = new Loader(() => host.paint());
    const grid: GridHost = {
      ask: (method, params) => host.ask(method, params),
      act: (action) => host.act(action),
      persisted: () => host.persist(),
      open: (runId) => host.open(runId),
    };
    const isSystem = (key: string): boolean => key.startsWith('system/');
    this.#curves = new CurveGrid(grid, { name: 'Curves of the run', holds: (key) => !isSystem(key), first: 3 });
    this.#system = new CurveGrid(grid, { name: 'System metrics of the run', holds: isSystem, first: 12 });
    this.#files = new ArtifactStore(
      (params) => host.ask('runs/artifact', params),
      () => host.paint(),
    );
    this.#actions = this.#makeActions();
  }

  state(): DetailState {
    const draft =
      this.#editing?.what === 'note' && this.#runId !== null ? { runId: this.#runId, text: this.#editing.text } : null;
    return { ...this.#state, curves: this.#curves.state, system: this.#system.state, draft };
  }

  restore(persisted: unknown): void {
    this.#state = readDetailState(persisted);
    this.#curves.restore(this.#state.curves);
    this.#system.restore(this.#state.system);
  }

  /** Opens a run. */
  open(runId: string): void {
    if (runId === this.#runId) return this.changed();
    // Open sections and previews belong to the previous run.
    if (this.#runId !== null)
      for (const grid of [this.#curves, this.#system]) if (grid.state.zoom) grid.set({ zoom: null });
    this.close();
    this.#runId = runId;
    const { draft } = this.#state;
    if (draft?.runId === runId) this.#editing = { what: 'note', text: draft.text };
    void this.#load(runId, true);
    this.#loadModels(runId, true);
  }

  close(): void {
    this.#runId = null;
    this.#editing = null;
    this.#preview = null;
    this.#stageChosen = false;
    this.#following = true;
    this.#followed = { box: null, top: 0 };
    this.#search.clear();
    this.#log?.stop();
    this.#log = null;
    this.#plots.clear();
    this.#detail.clear();
    this.#models.clear();
    this.#curves.setRuns([]);
    this.#system.setRuns([]);
  }

  /** The store changed: the run is fetched again, one request at a time. */
  changed(): void {
    if (this.#runId === null) return;
    if (this.#busy) this.#again = true;
    else {
      void this.#load(this.#runId, false);
      this.#loadModels(this.#runId, false);
    }
  }

  render(): TemplateResult {
    const { value: run, loading, error } = this.#detail.state;
    const shown = run !== null && run.runId === this.#runId ? run : null;
    this.#curves.setActive(shown !== null && !this.#isClosed('curves'));
    this.#system.setActive(shown !== null && !this.#isClosed('system'));
    return html`<aside class="detail" aria-label="Run detail" tabindex="-1">
      ${errorBar(error, () => this.changed())}
      ${shown ? detailView({ run: shown, turned: new Set(this.#state.turned), editing: this.#editing, log: this.#log, curves: this.#curves, system: this.#system, plotCharts: this.#plots, files: this.#files, models: this.#models.state, preview: this.#preview, search: this.#search }, this.#actions) : loading ? skeleton(10) : nothing}
    </aside>`;
  }

  /** After each paint: a followed log stays at its end. */
  painted(): void {
    const box = document.querySelector('pre.log');
    if (!box || !this.#following) return;
    // The position counts even when its scroll event has not arrived yet.
    if (box === this.#followed.box && box.scrollTop < this.#followed.top - 24) {
      this.#following = false;
      return;
    }
    box.scrollTop = box.scrollHeight;
    this.#followed = { box, top: box.scrollTop };
  }

  #isClosed(section: 'curves' | 'system'): boolean {
    // System metrics are collapsed by default.
    return this.#state.turned.includes(section) !== (section === 'system');
  }

  async #load(runId: string, fresh: boolean): Promise<void> {
    this.#busy = true;
    this.#again = false;
    await this.#detail.load(() => this.#host.ask('runs/get', { runId }), fresh);
    this.#busy = false;
    // Another run may have been opened in the meantime.
    if (this.#again) this.changed();
  }

  #loadModels(runId: string, fresh: boolean): void {
    void this.#models.load(() => this.#host.ask('models/ofRun', { runId }), fresh);
  }

  #came(): void {
    const { value: run, loading } = this.#detail.state;
    if (run && run.runId === this.#runId && !loading) {
      const [before] = this.#curves.runs;
      const grew = before?.runId === run.runId && before.status === 'running' ? [run.runId] : [];
      if (grew.length > 0) this.#files.outdate(run.runId);
      this.#curves.setRuns([run], grew);
      this.#system.setRuns([run], grew);
      this.#chooseLog(run);
    }
    this.#host.paint();
  }

  /** The running or failed stage, else the last one that ran. Follows the run unless the user selected a stage. */
  #chooseLog(run: RunDetail): void {
    const going = run.stages.find((stage) => stage.status === 'running');
    const telling =
      going ??
      run.stages.find((stage) => stage.status === 'failed' || stage.status === 'refused') ??
      run.stages.findLast((stage) => stage.status !== 'skipped');
    if (this.#log?.runId === run.runId && (this.#stageChosen || this.#log.stage === telling?.stage || !this.#log.done))
      return this.#log.retry();
    this.#follow(run.runId, telling?.stage);
  }

  #follow(runId: string, stage: string | undefined): void {
    this.#log?.stop();
    this.#following = true;
    this.#followed = { box: null, top: 0 };
    this.#log =
      stage === undefined
        ? null
        : new LogTail(
            runId,
            stage,
            this.#stream,
            (params) => this.#host.ask('runs/log', params),
            () => this.#host.paint(),
          );
  }

  #change(text: string, change: RunChange): void {
    const runId = this.#runId;
    if (runId !== null) void this.#host.edit(text, runId, change).then(() => this.changed());
  }

  #makeActions(): DetailActions {
    const host = this.#host;
    return {
      close: () => host.open(null),
      open: (runId) => host.open(runId),
      turn: (section) => {
        const { turned } = this.#state;
        this.#state = {
          ...this.#state,
          turned: turned.includes(section) ? turned.filter((one) => one !== section) : [...turned, section],
        };
        host.persist();
        host.paint();
      },
      edit: (editing) => {
        const opened = this.#editing?.what !== editing?.what;
        this.#editing = editing;
        host.persist();
        host.paint();
        if (opened && editing) setTimeout(() => document.querySelector<HTMLElement>('.detail .editing')?.focus(), 20);
      },
      saveEdit: () => {
        const editing = this.#editing;
        this.#editing = null;
        if (editing?.what === 'note')
          this.#change(editing.text.trim() === '' ? 'Removed the note of' : 'Wrote the note of', {
            note: editing.text,
          });
        else if (editing && editing.text.trim() !== '') this.#change('Renamed', { name: editing.text.trim() });
        host.persist();
        host.paint();
      },
      change: (text, change) => this.#change(text, change),
      logStream: (stream) => {
        this.#stream = stream;
        if (this.#runId !== null) this.#follow(this.#runId, this.#log?.stage);
        this.#host.paint();
      },
      listChildren: () => {
        if (this.#runId !== null) host.filter(`parent = '${this.#runId}'`);
      },
      logStage: (stage) => {
        this.#stageChosen = true;
        if (this.#runId !== null) this.#follow(this.#runId, stage);
        host.paint();
      },
      logScrolled: (box) => {
        this.#following = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
      },
      preview: (path) => {
        this.#preview = path;
        host.paint();
      },
      openArtifact: (path) => {
        if (this.#runId !== null) host.act({ do: 'openArtifact', runId: this.#runId, path });
      },
      openCard: (selector) => host.act({ do: 'openCard', ...selector }),
      register: () => {
        if (this.#runId !== null) host.act({ do: 'registerRun', runId: this.#runId });
      },
      validateModel: (address) => host.act({ do: 'validateModel', address }),
      inspectModel: (address) => host.act({ do: 'inspectModel', address }),
      loadModels: () => {
        if (this.#runId !== null) this.#loadModels(this.#runId, false);
      },
      copy: (text) => host.act({ do: 'copy', text }),
      search: (section, text) => {
        this.#search.set(section, text);
        host.paint();
      },
    };
  }
}
