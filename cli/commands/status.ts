import { overviewWithHashes } from '../../engine/overview/projectOverview.ts';
import type { LifeState, StageState } from '../../protocol/lifeCycle.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { problemLine, type CommandContext } from '../context.ts';
import { listenerText } from '../../words/listeners.ts';
import { metricText } from '../../words/metrics.ts';
import { timeText } from '../../words/times.ts';
import { bar, table } from '../terminal.ts';

const lifeIcons: Record<LifeState, string> = {
  ok: '✓',
  stale: '●',
  attention: '▲',
  running: '…',
  failed: '✗',
  refused: '⊘',
  none: '○',
};
const stageIcons: Record<StageState, string> = {
  fresh: '✓',
  stale: '●',
  never: '○',
  running: '…',
  failed: '✗',
  refused: '⊘',
  blocked: '·',
};

/** `loopwright status`: the state of the model, and why stages are stale. */
export async function status(context: CommandContext): Promise<number> {
  const project = context.project();
  const overview = await overviewWithHashes(project, context.storeIfAny(), {
    signal: context.signal,
    progress: (text, share) => context.terminal.progress(`${bar(share)} ${text}`),
  });
  context.terminal.progress(null);
  if (context.json) {
    context.printJson(overview);
    return overview.problems.length > 0 ? exitCodes.wrongUse : exitCodes.done;
  }
  const { terminal } = context;
  for (const problem of overview.problems) terminal.note(problemLine(problem, project.root));
  if (overview.problem)
    terminal.note(`${overview.problem.file} has errors. This is the last state that could be read.`);
  terminal.line(terminal.style('bold', overview.project));
  for (const line of overview.life) terminal.line(`${lifeIcons[line.state]} ${line.label.padEnd(9)} ${line.detail}`);
  for (const champion of overview.models.filter(({ isChampion }) => isChampion)) {
    const own = overview.primary.find(({ name }) => champion.metrics[name] !== undefined);
    const model = overview.modelNames.length > 1 ? `${champion.model} ` : '';
    terminal.line(
      `  Champion  ${model}v${champion.version}${own ? ` with ${own.name} ${metricText(own.name, champion.metrics[own.name] ?? Number.NaN)}` : ''}`,
    );
  }
  terminal.line();
  const rows = overview.stages.map((stage) => [
    `${stageIcons[stage.state]} ${stage.name}`,
    stage.state,
    stage.reasons.slice(0, 2).join('; ') || (stage.last?.summary ?? ''),
    stage.last ? timeText(stage.last.startedAt) : '',
  ]);
  for (const line of table(['stage', 'state', 'why · last result', 'last run'], rows)) terminal.line(line);
  const listeners = overview.datasets.flatMap(({ source }) => (source?.listener ? [source] : []));
  if (listeners.length > 0) terminal.line();
  for (const { stage, listener } of listeners) if (listener) terminal.line(`${stage}: ${listenerText(listener)}`);
  return overview.problems.length > 0 ? exitCodes.wrongUse : exitCodes.done;
}
