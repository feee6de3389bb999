import { blame } from '../../engine/provenance/blame.ts';
import { declaredMetrics } from '../../engine/project/primaryMetric.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';

export interface BlameOptions {
  metric?: string;
}

/** `loopwright blame RUN_A RUN_B`: the differences between two runs, the most likely cause of a metric change first. */
export async function blameCommand(
  context: CommandContext,
  a: string,
  b: string,
  options: BlameOptions,
): Promise<number> {
  const { terminal } = context;
  const found = await blame({
    root: context.project().root,
    store: context.store(),
    a,
    b,
    metric: options.metric ?? null,
    primary: declaredMetrics(context.project(), null),
    signal: context.signal,
  });
  if (context.json) {
    context.printJson(found);
    return exitCodes.done;
  }
  const { metric } = found;
  const change =
    metric && metric.before !== null && metric.after !== null
      ? ` (${metric.after - metric.before >= 0 ? '+' : ''}${Number((metric.after - metric.before).toPrecision(4))})`
      : '';
  terminal.line(
    `${terminal.style('bold', `${found.a.name} → ${found.b.name}`)}${metric ? `  ${metric.key} ${metric.before ?? '–'} → ${metric.after ?? '–'}${change}` : '  no metric in common'}`,
  );
  if (found.items.length === 0) terminal.line('The runs have no recorded differences.');
  for (const [i, item] of found.items.entries()) {
    const values =
      item.before === null && item.after === null ? '' : `  ${item.before ?? 'none'} → ${item.after ?? 'none'}`;
    terminal.line(
      `${String(i + 1).padStart(3)}. ${terminal.style('cyan', item.kind.padEnd(8))} ${item.name}${item.kind === 'code' ? '' : values}`,
    );
    terminal.line(`     ${terminal.style('gray', item.why)}`);
  }
  for (const note of found.notes) terminal.line(`note: ${note}`);
  return exitCodes.done;
}
