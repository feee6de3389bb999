import { evaluatePolicy } from '../../engine/loop/decisions.ts';
import type { Decision } from '../../engine/loop/policy.ts';
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
    const { verdict, reason, since, hold } = decision;
    if (context.json) context.printJson({ status: 'not due', verdict, reason, since, hold });
    else context.terminal.line(`${verdict === 'waiting' ? 'Waiting' : 'Not due'}: ${reason}.`);
    return exitCodes.done;
  }
  const isDue = decision.verdict === 'retrain';
  if (decision.verdict === 'waiting')
    context.terminal.note(`The policy waits: ${decision.reason}. This retraining does not regard the change.`);
  const result = await retrainModel({
    project: context.project(),
    config,
    store,
    decision: isDue ? decision : { ...decision, reason: 'requested manually', id: null, since: changeOf(decision) },
    insists: !options.ifDue,
    actor: actorOf('terminal'),
    now,
    signal: context.signal,
    events: runPrinter(context.terminal, { json: context.json }),
  });
  if (context.json) context.printJson(result);
  else context.terminal.line(`${result.status}: ${result.message}`);
  return result.status === 'promoted' || result.status === 'proposed' ? exitCodes.done : exitCodes.failed;
}

/** The change that a retraining by hand answers: one with enough rows, also during the cooldown. */
function changeOf({ verdict, since }: Decision): number | null {
  return verdict === 'waiting' ? null : since;
}
