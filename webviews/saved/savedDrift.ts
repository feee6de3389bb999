import { html, nothing } from 'lit';
import type { DriftDetail, DriftReport } from '../../protocol/drift.ts';
import { distribution } from '../drift/distribution.ts';
import driftStyles from '../drift/drift.css';
import { driftView } from '../drift/driftView.ts';
import { firstCell, headlineOf } from '../drift/model.ts';
import type { Actions } from '../drift/model.ts';
import { timelineOption } from '../drift/timeline.ts';
import { timelineHeight } from '../drift/timelineLayout.ts';
import baseStyles from '../ui/base.css';
import { echartSvg } from '../ui/charts/echartSvg.ts';
import { columnName } from '../ui/format.ts';
import { dateTimeText } from '../../words/times.ts';
import { colorsOf } from '../ui/theme.ts';
import { Markup } from './renderTemplate.ts';
import { savedPage } from './savedPage.ts';
import { darkVariables, lightVariables } from './savedThemes.ts';

const width = 1040;
const nothingToDo = (): void => {};
const actions: Actions = {
  select: nothingToDo,
  metric: nothingToDo,
  monitorNow: nothingToDo,
  retrain: nothingToDo,
  openCard: nothingToDo,
  openRun: nothingToDo,
  save: nothingToDo,
  retry: nothingToDo,
  keys: nothingToDo,
};

/**
 * The drift view as an HTML document: the same timeline and tables, and every feature of the window that the view
 * selects first.
 */
export function driftPage(
  report: DriftReport,
  details: { windowId: number; detail: DriftDetail }[],
  savedAt: number,
): string {
  const cell = firstCell(report);
  const shown = details.find(({ windowId, detail }) => windowId === cell?.windowId && detail.column === cell.column);
  const others = details.filter((one) => one !== shown);
  const window = report.windows.find(({ id }) => id === cell?.windowId);
  const model = {
    monitor: report.monitor,
    cell,
    metric: headlineOf(report, null),
    period: null,
    report: { value: report, loading: false, error: null },
    detail: { value: shown?.detail ?? null, loading: false, error: null },
  };
  const content = html`${driftView(model, actions, report.windows.length === 0 ? nothing : timeline(report, model.metric, cell))}
  ${
    others.length === 0 || !window
      ? nothing
      : html`<section class="drift others">
          <h2>Other features, ${dateTimeText(window.start)} to ${dateTimeText(window.end)}</h2>
          ${others.map(
            ({ detail }) =>
              html`<h3>${columnName(detail.column)}</h3>
                ${distribution(detail)}`,
          )}
        </section>`
  }`;
  return savedPage({ title: `Drift of ${report.deployment}`, content, styles: [baseStyles, driftStyles], savedAt });
}

/** Drawn once per theme, because a drawing contains its colours. */
function timeline(report: DriftReport, metric: string | null, cell: ReturnType<typeof firstCell>): Markup {
  const drawing = (kind: 'light' | 'dark', variables: Record<string, string>): string => {
    const colors = colorsOf(kind, (name, otherwise) => variables[`--vscode-${name}`] ?? otherwise);
    const {
      dataZoom: _zoom,
      tooltip: _tooltip,
      ...option
    } = timelineOption(report, metric, cell, { ...colors, font: 'sans-serif' }, null);
    return `<div class="only-${kind}">${echartSvg(option, width, timelineHeight(report), colors.background)}</div>`;
  };
  return new Markup(drawing('light', lightVariables) + drawing('dark', darkVariables));
}
