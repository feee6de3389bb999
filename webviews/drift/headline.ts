import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { DriftReport, DriftWindow, WindowStatus } from '../../protocol/drift.ts';
import { changedText, expectationText, stateText, widthText } from '../../words/expectations.ts';
import { count, plural } from '../../words/numbers.ts';
import { dateText, dateTimeText } from '../../words/times.ts';
import { columnName } from '../ui/format.ts';
import { icon } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';

const looks: Record<WindowStatus, { icon: string; look: string; word: string }> = {
  ok: { icon: 'pass-filled', look: 'good', word: 'OK' },
  drift: { icon: 'warning', look: 'bad', word: 'Drift' },
  'score drift': { icon: 'warning', look: 'score', word: 'Score drift' },
  'expectation broken': { icon: 'error', look: 'error', word: 'Expectation broken' },
  'too few labels': { icon: 'question', look: 'few', word: 'Too few labels' },
  'too few rows': { icon: 'circle-slash', look: 'few', word: 'Too few rows' },
};

/** The newest verdicts in a word and a few sentences, each with the numbers that it rests on. */
export function headline(report: DriftReport): TemplateResult {
  const last = report.windows.at(-1);
  if (!last) return html``;
  const { status, drift } = report.verdict;
  const { icon: name, look, word } = looks[status];
  const judged = report.windows.find(({ id }) => id === drift);
  const sentences = [
    ...expectationSentences(report),
    ...(last.inputs === 'not judged' ? [fewText(last)] : []),
    ...(judged ? driftSentences(judged, judged === last) : []),
  ];
  return html`<p class="verdict ${look}" role="status">
    ${icon(name)}<span><strong>${word}.</strong> ${sentences.join(' ')}</span>
  </p>`;
}

function fewText({ rows, minRows, end }: DriftWindow): string {
  const needed = minRows === null ? '' : ` of the ${count(minRows)} that window.min_rows requires`;
  return `The last window, until ${dateTimeText(end)}, has ${plural(rows, 'row')}${needed}.`;
}

function driftSentences(window: DriftWindow, isLast: boolean): string[] {
  const named = (kind: string) =>
    window.values
      .filter((value) => value.kind === kind && value.column !== '_score')
      .map(({ column }) => columnName(column));
  const [drifted, broken] = [named('drifted'), named('broken')];
  const inputs = window.values.filter(({ column }) => column !== '_score');
  const where = isLast ? 'in the last window' : `in the window of ${dateTimeText(window.start)}`;
  return [
    ...(drifted.length === 0 && broken.length === 0
      ? [`No feature drifted ${where}.`]
      : drifted.length > 0
        ? [`${drifted.length} of ${inputs.length} features drifted ${where}: ${listed(drifted)}.`]
        : []),
    ...(broken.length > 0 ? [`Broken data in ${listed(broken)}.`] : []),
    ...(window.score === 'drifted' ? [`The score drifted ${where}.`] : []),
  ];
}

/** The bad ones by name; calm ones together. */
function expectationSentences({ verdict, windows }: DriftReport): string[] {
  const { expectations } = verdict;
  if (expectations.length === 0)
    return windows.some((window) => Object.keys(window.performance).length > 0)
      ? []
      : ['Performance is unknown: no labels have arrived.'];
  const worse = expectations.filter(({ state }) => state !== 'met');
  return [
    ...worse.map((one) =>
      one.state === 'broken'
        ? `${expectationText(one)}.`
        : one.state === 'uncertain'
          ? `${expectationText(one)}: ${stateText(one)}.`
          : `${one.metric}: ${stateText(one)}.`,
    ),
    ...(worse.length === 0 ? [`All ${plural(expectations.length, 'expectation')} met.`] : []),
  ];
}

function listed(names: string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

/** Windows that other settings judged, and windows of another length, which the series leaves out. */
export function settingNotes({ windows, otherWidths }: DriftReport): Piece {
  const changed = windows.filter((window) => window.changed.length > 0);
  const keys = [...new Set(changed.flatMap((window) => window.changed))];
  if (changed.length === 0 && otherWidths.length === 0) return nothing;
  return html`<ul class="notes muted">
    ${changed.length === 0 ? nothing : html`<li>* ${plural(changed.length, 'window')} ${changedText(keys)}. The next check judges them again while their rows are there; until then they count for no trigger.</li>`}
    ${otherWidths.map(
      ({ widthMs, windows: n, start, end }) =>
        html`<li>
          ${plural(n, 'window')} of ${widthText(widthMs)} from ${dateText(start)} to ${dateText(end)} are not shown:
          window.every has changed.
        </li>`,
    )}
  </ul>`;
}
