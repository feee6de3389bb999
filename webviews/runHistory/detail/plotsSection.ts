import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunPlot } from '../../../protocol/runPlot.ts';
import { plotEnding, plotFolder } from '../../../protocol/runPlot.ts';
import { count, plural, threeDigits } from '../../../words/numbers.ts';
import { styleAt } from '../../ui/charts/lineStyle.ts';
import { css } from '../../ui/css.ts';
import { errorBar, skeleton } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import { chartColors } from '../../ui/theme.ts';
import { confusionTable, largestCount } from '../compare/confusion.ts';
import { swatch } from '../curves/swatch.ts';
import type { DetailModel } from './detailModel.ts';
import type { PlotCharts } from './plotCharts.ts';
import { plotForm, runPlotOf } from './runPlots.ts';
import type { PlotForm } from './runPlots.ts';

/** Larger plots are only files. */
const mostBytes = 20_000_000;
const mostBars = 50;

/** The paths of the charts among the artifacts of a run. */
export function plotPaths({ artifacts }: DetailModel['run']): string[] {
  return artifacts
    .filter(({ path, bytes }) => path.startsWith(`${plotFolder}/`) && path.endsWith(plotEnding) && bytes <= mostBytes)
    .map(({ path }) => path);
}

/** The charts that the program of a run drew into files, such as the plots of DVC. */
export function plotsSection(model: DetailModel): Piece {
  return html`<div class="plots">${plotPaths(model.run).map((path) => figure(path, model))}</div>`;
}

function figure(path: string, { run, files, plotCharts }: DetailModel): Piece {
  files.want(run.runId, path);
  const held = files.get(run.runId, path);
  if (!held) return skeleton(3);
  if (held.error !== null || !held.content) return errorBar(held.error, () => files.retry(run.runId, path));
  const plot = runPlotOf(held.content);
  return plot
    ? html`<figure aria-label=${plot.title}>${body(plot, plotForm(plot), path, plotCharts)}</figure>`
    : nothing;
}

function body(plot: RunPlot, form: PlotForm, path: string, charts: PlotCharts): TemplateResult {
  const title = html`<figcaption title=${plot.id}>${plot.title}</figcaption>`;
  switch (form.kind) {
    case 'confusion':
      return html`${title}${confusionTable(form.matrix, 'both', largestCount([form.matrix]), plot.title)}`;
    case 'bars':
      return html`${title}${barTable(plot, form)}`;
    case 'lines': {
      const colors = chartColors().series;
      const text = `${plot.title}: ${plural(form.points, 'point')}, ${plot.yLabel} over ${plot.xLabel}`;
      return html`${title}
        <div class="plot" role="img" aria-label=${text}>${charts.draw(path, plot, form)}</div>
        ${
          form.lines.length < 2
            ? nothing
            : html`<ul class="keys">
                ${form.lines.map(({ name, place }) => html`<li>${swatch(styleAt(place, colors))} ${name}</li>`)}
              </ul>`
        }
        ${form.leftOut === 0 ? nothing : html`<p class="muted">${count(form.leftOut)} of ${plural(form.points, 'point')} ${form.leftOut === 1 ? 'is' : 'are'} empty or not finite.</p>`}`;
    }
  }
}

function barTable({ xLabel, yLabel }: RunPlot, form: Extract<PlotForm, { kind: 'bars' }>): TemplateResult {
  const { names, series } = form;
  const most = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => Math.abs(value ?? 0))));
  const colors = chartColors().series;
  const rest = names.length - mostBars;
  return html`<table class="plain bars">
      <thead>
        <tr>
          <th scope="col">${form.words === 'x' ? xLabel : yLabel}</th>
          ${series.map(({ name }) => html`<th scope="col" colspan="2">${series.length === 1 ? (form.words === 'x' ? yLabel : xLabel) : name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.slice(0, mostBars).map(
          (name, row) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${series.map(({ values }, place) => {
                const value = values[row] ?? null;
                const width = value === null || most === 0 ? 0 : (Math.abs(value) / most) * 100;
                return html`<td class="number">${value === null ? '–' : threeDigits(value)}</td>
                  <td class="bar">
                    <div ${css({ width: `${width}%`, background: colors[place % colors.length] ?? '' })}></div>
                  </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
    ${rest > 0 ? html`<p class="muted">${plural(rest, 'more row')} in the file.</p>` : nothing}`;
}
