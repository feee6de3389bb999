import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { deletedText, keepPredictions } from '../../engine/monitoring/keepPredictions.ts';
import { monitorVerdict } from '../../engine/monitoring/monitorVerdict.ts';
import { listWindows, otherWidths } from '../../engine/monitoring/windows.ts';
import { ProjectError } from '../../engine/base/errors.ts';
import type { DriftWindow, MonitorVerdict, OtherWidth } from '../../protocol/drift.ts';
import { monitorNamed } from '../../engine/project/models.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { readTime } from '../readOption.ts';
import {
  changedText,
  expectationText,
  intervalText,
  labelFaultsText,
  stateText,
  verdictText,
  widthText,
} from '../../words/expectations.ts';
import { absent, count, fixed, percent, plural } from '../../words/numbers.ts';
import { table, type Terminal } from '../terminal.ts';

export interface MonitorOptions {
  now?: string;
  shadow?: boolean;
}

/** The windows and verdicts of one monitor, as `--json` prints them. */
interface Evaluated {
  monitor: string;
  windows: DriftWindow[];
  otherWidths: OtherWidth[];
  verdict: MonitorVerdict;
  broken: MonitorVerdict['expectations'];
}

/**
 * `loopwright monitor [NAME]`: evaluates the windows that ended, of every monitor without a name, with `--shadow` those
 * of the deployment's shadow; exits with 1 if the newest verdicts name drift or a broken expectation.
 */
export async function monitor(
  context: CommandContext,
  name: string | undefined,
  options: MonitorOptions,
): Promise<number> {
  const config = context.config();
  const chosen = monitorNamed(config, name ?? null);
  const names = name === undefined && !options.shadow ? Object.keys(config.monitors ?? {}) : [chosen];
  const now = readTime(options.now, 'now') ?? Date.now();
  for (const one of names)
    await evaluateMonitor({
      project: context.project(),
      config,
      store: context.store(),
      monitor: one,
      now,
      shadow: options.shadow,
      signal: context.signal,
    });
  // After the judgement, which may be the last that needs them.
  for (const deleted of await keepPredictions(context.store(), config, { signal: context.signal }))
    context.terminal.note(deletedText(deleted));
  const all = names.map((one) => evaluated(context, one, options));
  const [first, ...others] = all;
  if (context.json) context.printJson(others.length === 0 ? first : { ...first, others });
  else
    for (const one of all) {
      if (others.length > 0) context.terminal.line(one === first ? `${one.monitor}:` : `\n${one.monitor}:`);
      printMonitor(context, one);
    }
  const isBad = all.some(({ verdict }) => ['drift', 'score drift', 'expectation broken'].includes(verdict.status));
  return isBad ? exitCodes.failed : exitCodes.done;
}

function evaluated(context: CommandContext, name: string, options: MonitorOptions): Evaluated {
  const declared = context.config().monitors?.[name];
  if (!declared) throw new ProjectError(`There is no monitor \`${name}\`.`);
  const role = options.shadow ? 'shadow' : 'stable';
  const windows = listWindows(context.store(), name, declared, role);
  const verdict = monitorVerdict(windows);
  const broken = verdict.expectations.filter(({ state }) => state === 'broken');
  return { monitor: name, windows, otherWidths: otherWidths(context.store(), name, declared, role), verdict, broken };
}

function printMonitor(
  context: CommandContext,
  { monitor: name, windows, otherWidths: others, verdict }: Evaluated,
): void {
  if (windows.length === 0) context.terminal.line('No window has ended yet.');
  else {
    const expect = context.config().monitors?.[name]?.expect ?? {};
    const metric = Object.keys(expect).find((key) => windows.some((window) => window.performance[key] !== undefined));
    const rows = windows.map((window) => rowOf(window, metric ?? null));
    const head = ['window', 'rows', 'status', 'drifted', 'score', 'labels', metric ?? 'performance', '95 %', 'model'];
    for (const line of table(head, rows, [1, 5, 6])) context.terminal.line(line);
    printVerdict(context.terminal, windows, verdict);
  }
  for (const other of others) context.terminal.line(otherText(other));
}

function rowOf(window: DriftWindow, metric: string | null): string[] {
  const interval = metric === null ? undefined : window.intervals[metric];
  return [
    dayOf(window.start),
    count(window.rows),
    `${window.status}${window.changed.length > 0 ? ' *' : ''}`,
    driftedOf(window),
    window.score === 'not judged' ? absent : window.score,
    window.rows === 0 || window.labelled === 0 ? absent : percent(window.labelled / window.rows),
    metric === null ? absent : fixed(window.performance[metric]),
    interval && metric !== null ? intervalText({ metric, ...interval }) : absent,
    window.modelVersions.map((version) => `v${version}`).join(' '),
  ];
}

/** The reasons behind the statuses: expectations, windows without a verdict, windows of other settings. */
function printVerdict({ line }: Terminal, windows: readonly DriftWindow[], { expectations }: MonitorVerdict): void {
  const last = windows.at(-1);
  if (last?.inputs === 'not judged') line(`drift of the last window: ${verdictText(last.inputs, last)}`);
  for (const expectation of expectations) {
    const { state, metric, value } = expectation;
    if (state === 'met') continue;
    const judged = windows.find(({ id }) => id === expectation.window);
    const where = judged ? `window of ${dayOf(judged.start)}: ` : '';
    line(
      state === 'broken' || (state === 'uncertain' && value !== null)
        ? `${where}${expectationText(expectation)}${state === 'uncertain' ? `: ${stateText(expectation)}` : ''}`
        : `${where}${metric}: ${stateText(expectation)}`,
    );
  }
  const faulty = windows.filter(({ labelFaults }) => labelFaults !== null);
  const newest = faulty.at(-1);
  if (newest?.labelFaults)
    line(
      `window of ${dayOf(newest.start)}: ${labelFaultsText(newest.labelFaults)}${faulty.length > 1 ? `; ${plural(faulty.length - 1, 'earlier window')} with such labels` : ''}`,
    );
  const changed = windows.filter((window) => window.changed.length > 0);
  const keys = [...new Set(changed.flatMap((window) => window.changed))];
  if (changed.length > 0) line(`* ${plural(changed.length, 'window')} ${changedText(keys)}; the rows are gone`);
}

function otherText({ widthMs, windows, start, end }: OtherWidth): string {
  return `${plural(windows, 'window')} of ${widthText(widthMs)} from ${dayOf(start)} to ${dayOf(end)}, from before \`window.every\` changed, not shown`;
}

/** `2 of 7`: drifted among judged features; the score is no feature. */
function driftedOf({ values }: DriftWindow): string {
  const judged = values.filter(({ column, kind }) => column !== '_score' && kind !== 'not judged');
  return `${judged.filter(({ drifted }) => drifted).length} of ${judged.length}`;
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
