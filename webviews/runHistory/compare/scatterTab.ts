import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunPoint } from '../../../protocol/runs.ts';
import type { EChart } from '../../ui/charts/echart.ts';
import { plural } from '../../../words/numbers.ts';
import { icon } from '../../ui/pieces.ts';
import { savePng, savedColors, saveText } from '../../ui/saveChart.ts';
import { chartColors } from '../../ui/theme.ts';
import type { PanelHost } from '../panels/panelHost.ts';
import type { ScatterState } from './compareState.ts';
import { Drawn } from './drawn.ts';
import { canBeLog, distinct, fieldsOf, tellsOfRun } from './fields.ts';
import type { Field } from './fields.ts';
import { fieldSelect } from './fieldSelect.ts';
import { fieldTable, fieldsCsv } from './fieldTable.ts';
import type { Charts, LazyCharts } from './lazyCharts.ts';
import { bestPoint, scatterRuns } from './scatter.ts';
import type { ScatterPlan } from './scatter.ts';
import type { Scoped } from './scopedRuns.ts';

/** Runs as points: any param or metric against any other, coloured by a third. */
export class ScatterTab {
  readonly #host: PanelHost;
  readonly #state: () => ScatterState;
  readonly #set: (part: Partial<ScatterState>) => void;
  readonly #charts: LazyCharts;
  #chart: EChart | null = null;
  readonly #drawn = new Drawn();
  #points: readonly RunPoint[] = [];

  constructor(
    host: PanelHost,
    charts: LazyCharts,
    state: () => ScatterState,
    set: (part: Partial<ScatterState>) => void,
  ) {
    this.#host = host;
    this.#charts = charts;
    this.#state = state;
    this.#set = set;
  }

  #made({ EChart }: Charts): EChart {
    const chart = new EChart({
      clicked: ({ dataIndex, seriesId }) => {
        const run = seriesId === 'runs' && dataIndex !== undefined ? this.#points[dataIndex] : undefined;
        if (run) this.#host.open(run.runId);
      },
      zoomed: () => {},
    });
    chart.element.className = 'echart';
    return chart;
  }

  /** `choice` is the scope select for the toolbar; `height` is that of the drawing in pixels. */
  render({ known, over }: Scoped, choice: TemplateResult, height: number): TemplateResult {
    const charts = this.#charts.value;
    if (!charts) return this.#charts.waiting();
    const all = fieldsOf(known);
    const first = planOf(known, all, this.#state());
    if (!first)
      return html`<div class="tool-line">${choice}</div>
        <p class="muted empty-note">
          A scatter plot needs two params or metrics; these runs have ${all.length === 0 ? 'none' : 'one'}.
        </p>`;
    const runs = over([first.x, first.y, ...(first.color ? [first.color] : [])].map((field) => field.id));
    const plan = { ...first, runs, x: first.x.of(runs), y: first.y.of(runs), color: first.color?.of(runs) ?? null };
    const fields = [plan.x, plan.y, ...(plan.color ? [plan.color] : [])];
    const chart = (this.#chart ??= this.#made(charts));
    this.#draw(plan, fields, height, chart, charts);
    const { table } = this.#state();
    const shown = this.#points;
    const without = runs.length - shown.length;
    const log = (side: 'logX' | 'logY', field: Field): TemplateResult | typeof nothing =>
      canBeLog(field, runs)
        ? html`<label
            ><input
              type="checkbox"
              .checked=${this.#state()[side]}
              @change=${() => this.#set({ [side]: !this.#state()[side] })}
            />
            log</label
          >`
        : nothing;
    return html`<div class="tool-line" role="toolbar" aria-label="Scatter plot">
        ${fieldSelect('x', all, plan.x.id, (x) => this.#set({ x }))}${log('logX', plan.x)}
        ${fieldSelect('y', all, plan.y.id, (y) => this.#set({ y }))}${log('logY', plan.y)}
        ${fieldSelect(
          'Colour',
          all.filter((field) => field.numeric),
          plan.color?.id ?? '',
          (color) => this.#set({ color }),
          'one colour',
        )}
        ${choice}
        <span class="saves">
          <button
            class="quiet flag"
            aria-pressed=${table}
            aria-label="Table of the runs"
            @click=${() => this.#set({ table: !table })}
          >
            Table
          </button>
          ${(['png', 'svg', 'csv'] as const).map((format) => html`<button class="quiet flag" title="Save as ${format.toUpperCase()}" aria-label="Save the scatter plot as ${format.toUpperCase()}" @click=${() => this.#save(format, plan, charts)}>${format.toUpperCase()}</button>`)}</span
        >
      </div>
      <div class="plot" role="img" aria-label=${sentence(plan, shown)}>${chart.element}</div>
      ${without === 0 ? nothing : html`<p class="muted chart-note">${icon('info')} ${plural(without, 'run')} without ${plan.x.title} or ${plan.y.title} ${without === 1 ? 'is' : 'are'} not shown.</p>`}
      ${table ? fieldTable(shown, fields, (runId) => this.#host.open(runId)) : nothing}`;
  }

  #draw(plan: ScatterPlan, fields: readonly Field[], height: number, chart: EChart, { scatterOption }: Charts): void {
    const { x, y, color, logX, logY, runs } = plan;
    this.#points = scatterRuns(plan);
    if (
      this.#drawn.isNew(runs, fields, JSON.stringify([chartColors().kind, height, x.id, y.id, color?.id, logX, logY]))
    )
      chart.show(() => scatterOption(plan, chartColors()), height);
  }

  #save(format: 'png' | 'svg' | 'csv', plan: ScatterPlan, { echartSvg, scatterOption }: Charts): void {
    const { act } = this.#host;
    const title = `${plan.y.title} by ${plan.x.title}`;
    if (format === 'csv')
      return saveText(
        (action) => act(action),
        title,
        'csv',
        fieldsCsv(scatterRuns(plan), [plan.x, plan.y, ...(plan.color ? [plan.color] : [])]),
      );
    const colors = savedColors();
    const svg = echartSvg(scatterOption(plan, colors), 900, 480, colors.background);
    if (format === 'svg') saveText((action) => act(action), title, 'svg', svg);
    else void savePng((action) => act(action), title, svg);
  }
}

/** The default: the param that differs most, numeric if possible, against the first metric, coloured by the second. */
function planOf(runs: readonly RunPoint[], all: readonly Field[], state: ScatterState): ScatterPlan | null {
  const byId = (id: string | null): Field | undefined => all.find((field) => field.id === id);
  const metrics = all.filter((field) => field.kind === 'metric' && tellsOfRun(field) && distinct(field, runs) > 1);
  const values = (field: Field): number => distinct(field, runs);
  const params = all
    .filter((field) => field.kind === 'param')
    .toSorted(
      (a, b) => Number(b.numeric && values(b) > 1) - Number(a.numeric && values(a) > 1) || values(b) - values(a),
    );
  const y = byId(state.y) ?? metrics[0] ?? all[0];
  const x = byId(state.x) ?? params[0] ?? all.find((field) => field !== y);
  if (!x || !y) return null;
  const color =
    state.color === '' ? null : (byId(state.color) ?? metrics.find((field) => field !== y && field !== x) ?? null);
  return { runs, x, y, color, logX: state.logX, logY: state.logY };
}

function sentence({ x, y, color }: ScatterPlan, shown: readonly RunPoint[]): string {
  const best = bestPoint(shown, y);
  return `${y.title} against ${x.title} of ${plural(shown.length, 'run')}${color ? `, coloured by ${color.title}` : ''}.${best ? ` Best: ${best.name} with ${y.text(y.value(best))} at ${x.title} ${x.text(x.value(best))}.` : ''} The table has the numbers.`;
}
