import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunPoint } from '../../../protocol/runs.ts';
import type { EChart } from '../../ui/charts/echart.ts';
import { count, plural } from '../../../words/numbers.ts';
import { isPlain, take } from '../../ui/frame/keys.ts';
import { icon } from '../../ui/pieces.ts';
import { savePng, savedColors, saveText } from '../../ui/saveChart.ts';
import { chartColors } from '../../ui/theme.ts';
import type { PanelHost } from '../panels/panelHost.ts';
import { mostSelected } from '../rows/selection.ts';
import { AxisHandles } from './axisHandles.ts';
import type { ParallelState } from './compareState.ts';
import { Drawn } from './drawn.ts';
import { canBeLog, distinct, fieldsOf, tellsOfRun } from './fields.ts';
import type { Field } from './fields.ts';
import { fieldSelect } from './fieldSelect.ts';
import { fieldTable, fieldsCsv } from './fieldTable.ts';
import type { Charts, LazyCharts } from './lazyCharts.ts';
import { brushedRuns } from './parallel.ts';
import type { ParallelPlan } from './parallel.ts';
import type { Scoped } from './scopedRuns.ts';

/** Size of the saved drawing in pixels. */
const savedHeight = 380;
const axesFirst = 8;

/**
 * Runs as lines over axes of params and metrics. Selecting a range of an axis, by drag or keyboard, keeps the runs
 * inside.
 */
export class ParallelTab {
  readonly #host: PanelHost;
  readonly #state: () => ParallelState;
  readonly #set: (part: Partial<ParallelState>) => void;
  readonly #charts: LazyCharts;
  #chart: EChart | null = null;
  readonly #handles: AxisHandles;
  readonly #drawn = new Drawn();
  /** True when ranges were selected at the last paint. */
  #brushed = false;
  #choosing = false;
  #dragged: string | null = null;
  #runs: readonly RunPoint[] = [];

  constructor(
    host: PanelHost,
    charts: LazyCharts,
    state: () => ParallelState,
    set: (part: Partial<ParallelState>) => void,
  ) {
    this.#host = host;
    this.#charts = charts;
    this.#state = state;
    this.#set = set;
    this.#handles = new AxisHandles((axis, part) => {
      // The drawing did not create this range, so it must be redrawn.
      this.#drawn.forget();
      this.#set({ brushes: { ...this.#state().brushes, [axis]: part === null ? [] : [part] } });
    });
  }

  #made({ EChart }: Charts): EChart {
    const chart = new EChart({
      clicked: ({ dataIndex }) => {
        const run = dataIndex === undefined ? undefined : this.#runs[dataIndex];
        if (run) this.#host.open(run.runId);
      },
      zoomed: () => {},
      areaSelected: (axis, intervals) => this.#set({ brushes: { ...this.#state().brushes, [axis]: intervals } }),
    });
    chart.element.className = 'echart';
    return chart;
  }

  /** `choice` is the scope select for the toolbar; `height` is that of the drawing in pixels. */
  render({ known, over }: Scoped, choice: TemplateResult, height: number): TemplateResult {
    const charts = this.#charts.value;
    if (!charts) return this.#charts.waiting();
    const all = fieldsOf(known);
    const first = this.#plan(known, all);
    const runs = over([...first.fields, ...(first.color ? [first.color] : [])].map((field) => field.id));
    const plan = {
      ...first,
      runs,
      fields: first.fields.map((field) => field.of(runs)),
      color: first.color?.of(runs) ?? null,
    };
    const chart = (this.#chart ??= this.#made(charts));
    this.#draw(plan, height, chart, charts);
    this.#handles.show(plan);
    const brushed = brushedRuns(plan);
    const filtered = brushed.length < runs.length;
    const { table } = this.#state();
    const missing = plan.fields.filter((field) => field.numeric && runs.some((run) => field.value(run) === null));
    return html`<div class="tool-line" role="toolbar" aria-label="Parallel coordinates">
        <span class="menu-place"
          ><button
            class="tool-choice"
            aria-haspopup="dialog"
            aria-expanded=${this.#choosing}
            @click=${() => this.#choose(!this.#choosing)}
          >
            ${icon('settings')} Axes <span class="muted">${plan.fields.length}</span> ${icon('chevron-down')}</button
          >${this.#choosing ? this.#menu(plan, all) : nothing}</span
        >
        ${fieldSelect(
          'Colour',
          all.filter((field) => field.numeric),
          plan.color?.id ?? '',
          (id) => this.#set({ color: id }),
          'one colour',
        )}
        ${choice}
        <span role="status" class=${filtered ? '' : 'muted'}
          >${filtered ? `${count(brushed.length)} of ${plural(runs.length, 'run')} inside` : 'drag along an axis to keep a part, or go to it by Tab and press ↑ or ↓'}</span
        >
        ${filtered ? html`<button class="tool-choice select-brushed" ?disabled=${brushed.length === 0 || brushed.length > mostSelected} title=${brushed.length > mostSelected ? `At most ${count(mostSelected)} runs are selected at once` : nothing} @click=${() => this.#host.select(brushed.map((run) => run.runId))}>Select these runs</button><button class="link" @click=${() => this.#set({ brushes: {} })}>Clear</button>` : nothing}
        <span class="saves">
          <button
            class="quiet flag"
            aria-pressed=${table}
            aria-label="Table of the runs"
            @click=${() => this.#set({ table: !table })}
          >
            Table
          </button>
          ${(['png', 'svg', 'csv'] as const).map((format) => html`<button class="quiet flag" title="Save as ${format.toUpperCase()}" aria-label="Save the parallel coordinates as ${format.toUpperCase()}" @click=${() => this.#save(format, plan, charts)}>${format.toUpperCase()}</button>`)}</span
        >
      </div>
      ${
        plan.fields.length < 2
          ? html`<p class="muted empty-note">Parallel coordinates need two axes. Choose params or metrics above.</p>`
          : html`<div class="axes-plot">
              <div class="plot" role="img" aria-label=${sentence(plan, brushed.length)}>${chart.element}</div>
              ${this.#handles.element}
            </div>`
      }
      ${missing.length === 0 ? nothing : html`<p class="muted chart-note">${icon('info')} Some runs have no value of ${missing.map((field) => field.title).join(', ')}; their lines pass by that axis.</p>`}
      ${table ? fieldTable(brushed, plan.fields, (runId) => this.#host.open(runId)) : nothing}`;
  }

  #plan(runs: readonly RunPoint[], all: readonly Field[]): ParallelPlan {
    const state = this.#state();
    const byId = new Map(all.map((field) => [field.id, field]));
    const fields = state.axes ? state.axes.flatMap((id) => byId.get(id) ?? []) : firstAxes(all, runs);
    const color =
      state.color === ''
        ? null
        : (byId.get(state.color ?? '') ??
          all.find((field) => field.kind === 'metric' && tellsOfRun(field) && distinct(field, runs) > 1) ??
          null);
    return { runs, fields, log: state.log, color, brushes: state.brushes };
  }

  /** Redraws only when the content changed: a new drawing would interrupt a drag. */
  #draw(plan: ParallelPlan, height: number, chart: EChart, { parallelOption, restoreBrushes }: Charts): void {
    this.#runs = plan.runs;
    const brushed = Object.values(plan.brushes).flat().length > 0;
    const cleared = this.#brushed && !brushed;
    this.#brushed = brushed;
    if (plan.fields.length < 2) return;
    const isNew = this.#drawn.isNew(
      plan.runs,
      [...plan.fields, ...(plan.color ? [plan.color] : [])],
      JSON.stringify([chartColors().kind, height, plan.log, plan.color?.id, plan.fields.map((field) => field.id)]),
    );
    if (!isNew && !cleared) return;
    chart.show(
      () => parallelOption(plan, chartColors()),
      height,
      (drawn) => restoreBrushes(drawn, { ...plan, brushes: this.#state().brushes }, chartColors()),
    );
  }

  #choose(open: boolean): void {
    this.#choosing = open;
    this.#host.paint();
  }

  /** The axes in order, and the other available fields. */
  #menu({ fields, log, runs }: ParallelPlan, all: readonly Field[]): TemplateResult {
    const ids = fields.map((field) => field.id);
    const put = (axes: string[]): void => this.#set({ axes });
    const move = (id: string, by: number): void => {
      const at = ids.indexOf(id);
      const to = Math.min(ids.length - 1, Math.max(0, at + by));
      put(ids.filter((one) => one !== id).toSpliced(to, 0, id));
    };
    const drop = (onto: string): void => {
      if (this.#dragged !== null && this.#dragged !== onto)
        move(this.#dragged, ids.indexOf(onto) - ids.indexOf(this.#dragged));
      this.#dragged = null;
    };
    return html`<div
      class="menu axes-menu"
      role="dialog"
      aria-label="Axes"
      @keydown=${(event: KeyboardEvent) => this.#menuKeys(event)}
    >
      <div class="menu-head">
        <b>Axes, left to right</b><span class="gap"></span
        ><button class="link" @click=${() => this.#set({ axes: null })}>Reset</button
        ><button class="quiet" aria-label="Close" @click=${() => this.#choose(false)}>${icon('close')}</button>
      </div>
      <ol class="menu-list">
        ${fields.map(
          (field, index) =>
            html`<li
              draggable="true"
              @dragstart=${() => {
                this.#dragged = field.id;
              }}
              @dragover=${(event: Event) => event.preventDefault()}
              @drop=${() => drop(field.id)}
            >
              <label
                ><input
                  type="checkbox"
                  checked
                  .checked=${true}
                  @change=${() => put(ids.filter((id) => id !== field.id))}
                />
                ${field.title} <span class="muted">${field.kind}</span></label
              ><span class="gap"></span>
              ${canBeLog(field, runs) ? html`<button class="quiet flag" aria-pressed=${log.includes(field.id)} aria-label="Logarithmic axis of ${field.title}" @click=${() => this.#set({ log: log.includes(field.id) ? log.filter((id) => id !== field.id) : [...log, field.id] })}>log</button>` : nothing}
              <button
                class="quiet"
                aria-label="Move ${field.title} left"
                ?disabled=${index === 0}
                @click=${() => move(field.id, -1)}
              >
                ${icon('arrow-up')}</button
              ><button
                class="quiet"
                aria-label="Move ${field.title} right"
                ?disabled=${index === fields.length - 1}
                @click=${() => move(field.id, 1)}
              >
                ${icon('arrow-down')}
              </button>
            </li>`,
        )}
      </ol>
      <div class="menu-head"><b>Others</b></div>
      <div class="menu-list">
        ${all.filter((field) => !ids.includes(field.id)).map((field) => html`<label><input type="checkbox" .checked=${false} @change=${() => put([...ids, field.id])} /> ${field.title} <span class="muted">${field.kind}</span></label>`)}
      </div>
    </div>`;
  }

  #menuKeys(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !isPlain(event)) return;
    take(event);
    this.#choose(false);
  }

  #save(
    format: 'png' | 'svg' | 'csv',
    plan: ParallelPlan,
    { echartSvg, parallelOption, restoreBrushes }: Charts,
  ): void {
    const { act } = this.#host;
    const title = 'Parallel coordinates';
    if (format === 'csv')
      return saveText((action) => act(action), title, 'csv', fieldsCsv(brushedRuns(plan), plan.fields));
    const colors = savedColors();
    const svg = echartSvg(
      parallelOption(plan, colors),
      Math.max(900, plan.fields.length * 140),
      savedHeight,
      colors.background,
      (chart) => restoreBrushes(chart, plan, colors),
    );
    if (format === 'svg') saveText((action) => act(action), title, 'svg', svg);
    else void savePng((action) => act(action), title, svg);
  }
}

/** The params that differ, then the metrics, as many as are readable. */
function firstAxes(all: readonly Field[], runs: readonly RunPoint[]): Field[] {
  const telling = all.filter(
    (field) =>
      field.kind !== 'attribute' &&
      distinct(field, runs) > 1 &&
      (field.numeric || distinct(field, runs) <= 30) &&
      tellsOfRun(field),
  );
  const params = telling.filter((field) => field.kind === 'param').slice(0, axesFirst - 2);
  const metrics = telling.filter((field) => field.kind === 'metric').slice(0, Math.max(2, axesFirst - params.length));
  return [...params, ...metrics].slice(0, axesFirst);
}

function sentence({ runs, fields, color }: ParallelPlan, inside: number): string {
  return `Parallel coordinates of ${plural(runs.length, 'run')} over ${fields.map((field) => field.title).join(', ')}${color ? `, coloured by ${color.title}` : ''}. ${inside} are inside the chosen parts. The table has the numbers.`;
}
