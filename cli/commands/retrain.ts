import { evaluatePolicy } from '../../engine/loop/decisions.ts';
import { actorOf } from '../../engine/registry/audit.ts';
import { productionClock } from '../../engine/monitoring/productionClock.ts';
import { retrain as retrainModel } from '../../engine/loop/retrain.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { readTime } from '../readOption.ts';
import { runPrinter } from '../runPrinter.ts';

export interface RetrainOptions {
  now?: string;
  ifDue?: boolean;
}

/**
 * `loopwright retrain`: trains a challenger on the current data and promotes it if it passes the gates; with `--if-due`
 * only if the policy is due.
 */
export async function retrain(context: CommandContext, options: RetrainOptions): Promise<number> {
  const config = context.config();
  const store = context.store();
  const now = readTime(options.now, 'now') ?? productionClock(store, config);
  if (options.now === undefined && Date.now() - now > 60_000)
    context.terminal.note(
      `Production has reached ${new Date(now).toISOString().slice(0, 10)}; data is read as of that time. \`--now TIME\` sets another time.`,
    );
  const decision = evaluatePolicy(store, config, now, 'retrain');
  if (options.ifDue && decision.verdict !== 'retrain') {
    if (context.json) context.printJson({ status: 'not due', reason: decision.reason });
    else context.terminal.line(`Not due: ${decision.reason}.`);
    return exitCodes.done;
  }
  const result = await retrainModel({
    project: context.project(),
    config,
    store,
    reason: decision.verdict === 'retrain' ? decision.reason : 'requested manually',
    monitor: decision.monitor,
    actor: actorOf('terminal'),
    now,
    signal: context.signal,
    events: runPrinter(context.terminal, { json: context.json }),
  });
  if (context.json) context.printJson(result);
  else context.terminal.line(`${result.status}: ${result.message}`);
  return result.status === 'promoted' || result.status === 'proposed' ? exitCodes.done : exitCodes.failed;
}
