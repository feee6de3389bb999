import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail } from '../../../protocol/runs.ts';
import { csvOf } from '../../ui/csv.ts';
import { count, plural } from '../../../words/numbers.ts';
import { isPlain, take } from '../../ui/frame/keys.ts';
import { errorBar, icon, skeleton } from '../../ui/pieces.ts';
import { saveText } from '../../ui/saveChart.ts';
import { onThemeChange } from '../../ui/theme.ts';
import { ArtifactStore } from '../files/artifactStore.ts';
import { CurveGrid } from '../curves/curveGrid.ts';
import type { PanelHost } from '../panels/panelHost.ts';
import { compareTabs, readCompareState } from './compareState.ts';
import type { CompareState, CompareTab } from './compareState.ts';
import { confusionTab } from './confusion.ts';
import { differenceTable } from './differenceTable.ts';
import { imagesTab } from './imagesTab.ts';
import { ParallelTab } from './parallelTab.ts';
import { ImportanceTab } from './importanceTab.ts';
import { LazyCharts } from './lazyCharts.ts';
import { RunDetails } from './runDetails.ts';
import { ScatterTab } from './scatterTab.ts';
import { ScopedRuns } from './scopedRuns.ts';
import type { Scoped } from './scopedRuns.ts';
import { scopeSelect } from './scopeSelect.ts';

/**
 * Heights in pixels: a drawing above its table, the minimum of a drawing, the space above the comparison, and the space
 * inside it around a drawing.
 */
const heights = { withTable: 380, least: 280, above: 76, around: 170 };
/** Share of the height below the toolbar that the comparison takes beside the table of runs, as in compare.css. */
const share = 0.62;

/**
 * Compares the selected runs: curves, parallel coordinates, scatter, importance of params, differences, confusion,
 * images.
 */
export class ComparePanel {
  readonly #host: PanelHost;
  readonly #details: RunDetails;
  readonly #grid: CurveGrid;
  readonly #parallel: ParallelTab;
  readonly #scatter: ScatterTab;
  readonly #importance: ImportanceTab;
  readonly #scoped: ScopedRuns;
  readonly #images: ArtifactStore;
  #state: CompareState = readCompareState(null);
  #pages = 1;

  constructor(host: PanelHost) {
    this.#host = host;
    this.#details = new RunDetails(
      (runIds) => host.ask('runs/details', { runIds }),
      (grew) => this.#came(grew),
    );
    this.#grid = new CurveGrid(
      {
        ask: (method, params) => host.ask(method, params),
        act: (action) => host.act(action),
        persisted: () => host.persist(),
        open: (runId) => host.open(runId),
      },
      { name: 'Curves of the compared runs', holds: () => true, first: 6 },
    );
    const charts = new LazyCharts(() => host.paint());
    this.#parallel = new ParallelTab(
      host,
      charts,
      () => this.#state.parallel,
      (part) => this.#set({ parallel: { ...this.#state.parallel, ...part } }),
    );
    this.#scatter = new ScatterTab(
      host,
      charts,
      () => this.#state.scatter,
      (part) => this.#set({ scatter: { ...this.#state.scatter, ...part } }),
    );
    this.#importance = new ImportanceTab(host, () => this.#state.importance, {
      set: (part) => this.#set({ importance: { ...this.#state.importance, ...part } }),
      scope: (scope) => this.#set({ scope }),
      scatter: (param, metric) => {
        this.#set({
          tab: 'scatter',
          scatter: {
            ...this.#state.scatter,
            x: `params.${param.key}`,
            y: `metrics.${metric}`,
            logX: param.log,
            logY: false,
          },
        });
        document.getElementById('tab-scatter')?.focus();
      },
    });
    this.#scoped = new ScopedRuns(host);
    this.#images = new ArtifactStore(
      (params) => host.ask('runs/artifact', params),
      () => host.paint(),
    );
    onThemeChange(() => host.paint());
    window.addEventListener('resize', () => host.paint());
  }

  /** The settings, for the next reload. */
  state(): CompareState {
    return { ...this.#state, curves: this.#grid.state };
  }

  restore(persisted: unknown): void {
    this.#state = readCompareState(persisted);
    this.#grid.restore(this.#state.curves);
  }

  /** Compares these runs. */
  setRuns(runIds: readonly string[]): void {
    this.#details.set(runIds);
    if (runIds.length > 0) return;
    this.#scoped.rest();
    this.#importance.rest();
  }

  /** The store changed: running runs and the runs of the charts are fetched again. */
  changed(): void {
    this.#details.refresh();
    if (this.#state.tab === 'importance') this.#importance.refresh();
    else this.#importance.rest();
    if (this.#state.tab === 'parallel' || this.#state.tab === 'scatter') this.#scoped.refresh();
    else this.#scoped.rest();
  }

  render(): TemplateResult {
    const runs = this.#details.runs;
    const { wanted, error, loading } = this.#details;
    return html`<section class="compare ${this.#state.tall ? 'tall' : ''}" aria-label="Comparison" tabindex="-1">
      <header>
        <h1>Compare ${wanted} runs</h1>
        <div
          class="tabs"
          role="tablist"
          aria-label="Comparison"
          @keydown=${(event: KeyboardEvent) => this.#tabKeys(event)}
        >
          ${(Object.keys(compareTabs) as CompareTab[]).map((tab) => html`<button role="tab" id="tab-${tab}" aria-selected=${tab === this.#state.tab} aria-controls="compared" tabindex=${tab === this.#state.tab ? 0 : -1} @click=${() => this.#set({ tab })}>${compareTabs[tab]}</button>`)}
        </div>
        <span class="muted" role="status"
          >${loading && runs.length < wanted ? `${runs.length} of ${wanted} loaded` : ''}</span
        >
        <span class="sizes"
          >${wanted === 2 && runs.length === 2 ? html`<button class="quiet" title="What changed between the two, what most likely moved the metric first" @click=${() => this.#whatChanged(runs)}>${icon('diff')} What changed?</button>` : nothing}<button
            class="quiet"
            aria-pressed=${this.#state.tall}
            title=${this.#state.tall ? 'Show the table of runs too' : 'Use the whole height'}
            aria-label="Whole height"
            @click=${() => this.#set({ tall: !this.#state.tall })}
          >
            ${icon(this.#state.tall ? 'chevron-down' : 'chevron-up')}
          </button>
          <button class="quiet" title="Close (Esc)" aria-label="Close" @click=${() => this.#host.stopComparing()}>
            ${icon('close')}
          </button></span
        >
      </header>
      ${errorBar(error, () => this.#details.refresh())}
      <div id="compared" role="tabpanel" aria-labelledby="tab-${this.#state.tab}">
        ${runs.length > 0 ? this.#tab(runs) : error === null ? skeleton(8) : nothing}
      </div>
    </section>`;
  }

  /**
   * The engine host compares the code and opens the differences in the editor's diff, from the older run to the newer.
   */
  #whatChanged(runs: RunDetail[]): void {
    const [a, b] = runs.toSorted((x, y) => x.startedAt - y.startedAt);
    if (a && b) this.#host.act({ do: 'compareRuns', a: a.runId, b: b.runId });
  }

  #tab(runs: RunDetail[]): TemplateResult {
    const open = (runId: string): void => this.#host.open(runId);
    this.#grid.setActive(this.#state.tab === 'curves');
    switch (this.#state.tab) {
      case 'curves':
        return html`${this.#grid.element}`;
      case 'parallel':
        return this.#overScope(runs, (scoped, choice) =>
          this.#parallel.render(scoped, choice, this.#plotHeight(this.#state.parallel.table)),
        );
      case 'scatter':
        return this.#overScope(runs, (scoped, choice) =>
          this.#scatter.render(scoped, choice, this.#plotHeight(this.#state.scatter.table)),
        );
      case 'importance':
        return this.#importance.render(runs, this.#state.scope);
      case 'differences':
        return differenceTable(runs, this.#state.differences, this.#pages, {
          choose: (part) => this.#set({ differences: { ...this.#state.differences, ...part } }),
          open,
          more: () => {
            this.#pages++;
            this.#host.paint();
          },
          save: (csv) => saveText((action) => this.#host.act(action), 'Differences', 'csv', csv),
        });
      case 'confusion':
        return confusionTab(
          runs,
          this.#state.confusion,
          (confusion) => this.#set({ confusion }),
          open,
          (run, { labels, counts }) => {
            saveText(
              (action) => this.#host.act(action),
              `Confusion ${run.name}`,
              'csv',
              csvOf(
                ['truth', ...labels],
                labels.map((label, row) => [label, ...(counts[row] ?? [])]),
              ),
            );
          },
        );
      case 'images':
        return imagesTab(runs, this.#state.images, this.#images, {
          choose: (part) => this.#set({ images: { ...this.#state.images, ...part } }),
          open,
        });
    }
  }

  /** A chart of the runs in its scope, once they are loaded. */
  #overScope(selected: RunDetail[], chart: (scoped: Scoped, choice: TemplateResult) => TemplateResult): TemplateResult {
    const scoped = this.#scoped.of(this.#state.scope, selected);
    const choice = scopeSelect(this.#state.scope, selected, this.#host, (scope) => this.#set({ scope }));
    const drawn = scoped.known.length === 0 && scoped.loading ? skeleton(8) : chart(scoped, choice);
    // Only the chart knows which fields it needs, and therefore which data is missing.
    const [missing, error] = [scoped.missing(), scoped.error()];
    return html`${errorBar(error, () => this.#scoped.refresh())} ${drawn}
    ${missing === null ? nothing : html`<p class="muted chart-note" role="status">${icon('info')} The newest ${count(scoped.known.length)} of ${plural(scoped.total, 'run')}${error === null ? `; the older ones are on their way, ${count(missing.came)} came` : ''}.</p>`}`;
  }

  /** Height of one drawing in pixels: all of the comparison, unless its table is below. */
  #plotHeight(withTable: boolean): number {
    if (withTable) return heights.withTable;
    return Math.max(
      heights.least,
      Math.round((window.innerHeight - heights.above) * (this.#state.tall ? 1 : share)) - heights.around,
    );
  }

  #set(part: Partial<CompareState>): void {
    this.#state = { ...this.#state, ...part };
    this.#host.persist();
    this.#host.paint();
  }

  #came(grew: string[]): void {
    for (const runId of grew) this.#images.outdate(runId);
    this.#grid.setRuns(this.#details.runs, grew);
    this.#host.paint();
  }

  /** Left and right move through the tabs. */
  #tabKeys(event: KeyboardEvent): void {
    const tabs = Object.keys(compareTabs) as CompareTab[];
    const at = tabs.indexOf(this.#state.tab);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined || !isPlain(event)) return;
    take(event);
    const tab = tabs[(to + tabs.length) % tabs.length] ?? 'curves';
    this.#set({ tab });
    document.getElementById(`tab-${tab}`)?.focus();
  }
}
