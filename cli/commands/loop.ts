import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ProjectError, WorkError, messageOf } from '../../engine/base/errors.ts';
import { monthlyReport, type MonthRow } from '../../engine/loop/monthlyReport.ts';
import type { LoopEvents, LoopOutcome } from '../../engine/loop/loopRequest.ts';
import { monitoredModel, validationsOf, monitorNamed } from '../../engine/project/models.ts';
import { runLoop } from '../../engine/loop/runLoop.ts';
import { newestSnapshot } from '../../engine/tracking/snapshots.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { readTime } from '../readOption.ts';
import { runPrinter } from '../runPrinter.ts';
import { expectationText, verdictText } from '../../words/expectations.ts';
import { count, fixed } from '../../words/numbers.ts';
import { bar, table, type Terminal } from '../terminal.ts';
import type { DriftWindow } from '../../protocol/drift.ts';

export interface LoopOptions {
  monitor?: string;
  replay?: string;
  sql?: string;
  from?: string;
  to?: string;
  port?: string;
  verbose?: boolean;
}

/**
 * `loopwright loop`: the whole loop on live traffic, or with `--replay` on recorded rows sent through the deployment.
 */
export async function loop(context: CommandContext, options: LoopOptions): Promise<number> {
  const { terminal } = context;
  const project = context.project();
  const [from, to] = [readTime(options.from, 'from'), readTime(options.to, 'to')];
  if (options.replay === undefined && (from !== null || to !== null || options.sql !== undefined))
    throw new ProjectError(
      '`--from`, `--to` and `--sql` need `--replay FILES`; without it the loop monitors live traffic.',
    );
  const store = context.store();
  const outcome = await runLoop({
    project,
    store,
    monitor: options.monitor,
    signal: context.signal,
    events: printer(context, options.verbose ?? false),
    replay: options.replay === undefined ? null : { path: options.replay, sql: options.sql ?? null, from, to },
    serve: (deployment) => startServer(context, deployment, options.port),
  });
  const config = context.config();
  const monitor = monitorNamed(config, options.monitor ?? null);
  const months = await monthlyReport(project, config, store, monitor, outcome.now + 366 * 86_400_000);
  if (context.json) {
    context.printJson({ ...outcome, months });
    return exitCodes.done;
  }
  terminal.line();
  const validations = validationsOf(config, monitoredModel(config, monitor));
  const precision =
    Object.entries(config.stages).flatMap(([name, stage]) =>
      'uses' in stage && stage.uses === 'validate' && (validations?.includes(name) ?? true)
        ? [stage.with.min_precision ?? 0.9]
        : [],
    )[0] ?? 0.9;
  for (const line of monthTable(months, precision)) terminal.line(line);
  terminal.line();
  summarise(context, outcome);
  const quarantined = Object.keys(config.datasets ?? {})
    .map((name) => ({ name, n: newestSnapshot(store, name)?.quarantined ?? 0 }))
    .filter(({ n }) => n > 0);
  for (const { name, n } of quarantined)
    terminal.line(`${count(n)} invalid rows of ${name} are quarantined; the newest snapshot has the reasons.`);
  return exitCodes.done;
}

function monthTable(months: MonthRow[], precision: number): string[] {
  const has = (metric: string) =>
    months.some((month) => month.metrics[metric] !== null && month.metrics[metric] !== undefined);
  const columns = [
    ['pr_auc', 'PR-AUC'],
    ['recall_at_precision', `recall at ${Math.round(100 * precision)} % precision`],
    ['balanced_accuracy', 'balanced accuracy'],
    ['r2', 'R²'],
    ['rmse', 'RMSE'],
    ['accuracy', 'accuracy'],
  ].filter(
    ([metric = '']) =>
      has(metric) &&
      (metric !== 'balanced_accuracy' || !has('pr_auc')) &&
      (metric !== 'accuracy' || (!has('pr_auc') && !has('balanced_accuracy'))),
  );
  const rows = months.map((month) => [
    month.month,
    count(month.rows),
    ...columns.map(([metric = '']) => fixed(month.metrics[metric])),
    month.versions.length === 0 ? 'trained on' : month.versions.map((version) => `v${version}`).join(' → '),
    month.versions.length === 0 ? '' : month.drifted.length === 0 ? 'none' : month.drifted.join(', '),
  ]);
  return table(['month', 'rows', ...columns.map(([, title = '']) => title), 'champion', 'drifted features'], rows, [
    1,
    ...columns.map((_, i) => i + 2),
  ]);
}

function summarise({ terminal }: CommandContext, outcome: LoopOutcome): void {
  if (outcome.requests > 0)
    terminal.line(
      `${count(outcome.rows)} rows in ${count(outcome.requests)} requests, ${outcome.failedRequests} failed${outcome.refused > 0 ? `; ${count(outcome.refused)} bad rows were stopped at the door` : ''}.`,
    );
  for (const retraining of outcome.retrainings) terminal.line(`retraining: ${retraining.message}`);
}

function printer({ terminal, json }: CommandContext, verbose: boolean): LoopEvents {
  const say = json ? terminal.note : terminal.line;
  const told = new Map<number, number>();
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const phases: Record<string, string> = {
    train: 'Train the first model',
    deploy: 'Deploy',
    replay: 'Replay',
    watch: 'Monitoring live traffic; press Ctrl-C to stop',
  };
  return {
    ...runPrinter(terminal, { json, quiet: !verbose }),
    onPhase: (phase) => say(`\n${terminal.style('bold', phases[phase] ?? phase)}`),
    onReplay: (share, at) => terminal.progress(`${bar(share)} ${Math.round(share * 100)} % ${day(at)}`),
    onWindow: (window) => {
      // A window is evaluated again as its labels arrive; it is printed at most twice.
      const share = window.labelled / Math.max(1, window.rows);
      const stage = share >= 0.99 ? 2 : 1;
      if ((told.get(window.start) ?? 0) >= stage) return;
      told.set(window.start, stage);
      const drifted = window.values
        .filter((value) => value.drifted && value.column !== '_score')
        .map((value) => value.column);
      const performance = Object.entries(window.performance).filter(
        ([metric]) => metric === 'pr_auc' || metric === 'rmse' || metric === 'balanced_accuracy',
      )[0];
      say(
        `  ${day(window.start)}  ${count(window.rows).padStart(7)} rows  ${performance ? `${performance[0]} ${performance[1].toFixed(3)} (${Math.floor(100 * share)} % labelled)` : 'no labels yet'}  ${statusOf(window, drifted, terminal)}`,
      );
    },
    onDecision: ({ verdict, reason }, at) => say(`${terminal.style('yellow', '▲')} ${day(at)}  ${verdict}: ${reason}`),
    onRetrained: (result, at) =>
      say(
        `${result.status === 'promoted' ? terminal.style('green', '✓') : terminal.style('yellow', '▲')} ${day(at)}  ${result.status}: ${result.message}`,
      ),
  };
}

/** The status of a window with its reasons. */
function statusOf(
  { status, inputs, score, expectations, ...window }: DriftWindow,
  drifted: readonly string[],
  terminal: Terminal,
): string {
  if (status === 'too few rows') return verdictText('not judged', window);
  const bad = [
    ...(inputs === 'drifted' ? [`drift: ${drifted.join(', ')}`] : []),
    ...(score === 'drifted' ? ['score drift'] : []),
    ...expectations.filter(({ state }) => state === 'broken').map(expectationText),
  ];
  if (bad.length > 0) return terminal.style('yellow', `▲ ${bad.join('; ')}`);
  return drifted.length > 0 ? `moved: ${drifted.join(', ')}` : status;
}

/** Starts `loopwright serve` as a child process and waits until it answers. It ends with this process in any case. */
async function startServer(
  { terminal, project }: CommandContext,
  deployment: string,
  port: string | undefined,
): Promise<{ url: string; close: () => Promise<void> }> {
  const entry = process.argv[1];
  if (entry === undefined) throw new WorkError('The server cannot be started: the path of the program is unknown.');
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      entry,
      'serve',
      deployment,
      '--json',
      '--project',
      project().root,
      ...(port === undefined ? [] : ['--port', port]),
    ],
    {
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LOOPWRIGHT_PARENT: String(process.pid) },
    },
  );
  let last = '';
  let serves = false;
  createInterface({ input: child.stderr }).on('line', (line) => {
    last = line;
    // Only the server reports why a version is not loaded.
    if (serves) terminal.note(`  ${deployment}: ${line}`);
  });
  const close = async () => {
    serves = false;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // A closed pipe asks the server to end on every system; a signal on Windows ends it before it writes its predictions.
    child.stdin.end();
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(late);
  };
  let out = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new WorkError(`The server could not be started: ${messageOf(error)}`)));
    child.once('exit', (code) =>
      reject(new WorkError(serverError(out) ?? `The server ended with exit code ${code}. ${last}`)),
    );
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      const found = /"url":"([^"]+)"/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  serves = true;
  terminal.note(`  ${deployment} serves at ${url}`);
  return { url, close };
}

function serverError(out: string): string | null {
  try {
    return (JSON.parse(out) as { error?: { message?: string } }).error?.message ?? null;
  } catch {
    return null;
  }
}
