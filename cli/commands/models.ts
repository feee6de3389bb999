import { listModelVersions } from '../../engine/overview/modelVersions.ts';
import { hasSeveralModels, modelNamed, modelsOf, validatedModel } from '../../engine/project/models.ts';
import { actorOf } from '../../engine/registry/audit.ts';
import { brokenAuditEntry } from '../../engine/registry/verifyAudit.ts';
import { findSigner } from '../../engine/registry/evidence/signer.ts';
import { promote, rollback, type Evidence } from '../../engine/registry/promote.ts';
import { declaredMetrics } from '../../engine/project/primaryMetric.ts';
import { registerRun } from '../../engine/registry/registerRun.ts';
import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { listLoggedModels } from '../../engine/tracking/loggedModels.ts';
import { evidenceLines } from './models/evidenceLines.ts';
import { readModel } from '../readOption.ts';
import { versionGatesText, metricText } from '../../words/metrics.ts';
import { count } from '../../words/numbers.ts';
import { versionText } from '../../words/models.ts';
import { timeText } from '../../words/times.ts';
import { table } from '../terminal.ts';

/** `loopwright models`: the versions with their aliases and gates. */
export async function models(context: CommandContext): Promise<number> {
  const store = context.storeIfAny();
  const names = modelsOf(context.config()).map(({ name }) => name);
  const versions = store ? listModelVersions(store, context.config()) : [];
  const shown = [...new Set([...names, ...versions.map(({ model }) => model)])];
  if (context.json) context.printJson(versions);
  else if (versions.length === 0) {
    const logged = store ? listLoggedModels(store).at(-1) : undefined;
    context.terminal.line(
      logged
        ? `No model versions. A run logged the model \`${logged.name}\`: \`loopwright validate ${logged.source_run_id?.slice(0, 8) ?? logged.model_id} --data DATASET\` makes it the first.`
        : 'No model versions. Run `loopwright run` to train and validate the first.',
    );
  } else {
    const several = shown.length > 1;
    const declared = declaredMetrics(context.project(), null).map(({ name }) => name);
    const keys = new Map(shown.map((name) => [name, shownMetric(versions, name, declared)]));
    const isRefitted = versions.some(({ refitRows }) => refitRows !== undefined);
    const rows = versions.map(({ model, version, metrics, aliases, flavour, runName, createdAt, ...one }) => {
      const key = keys.get(model) ?? '';
      const value = metrics[key] === undefined ? '–' : metricText(key, metrics[key]);
      return [
        ...(several ? [model] : []),
        `v${version}`,
        several && metrics[key] !== undefined ? `${key} ${value}` : value,
        aliases.join(', '),
        gatesCell(one),
        ...(isRefitted ? [one.refitRows === undefined ? '–' : `${count(one.refitRows)} rows`] : []),
        flavour ?? '–',
        runName,
        timeText(createdAt),
      ];
    });
    const metric = several ? 'metric' : ([...keys.values()][0] ?? '');
    const titles = ['version', metric, 'alias', 'gates', ...(isRefitted ? ['refit on'] : []), 'flavour', 'run', 'made'];
    for (const line of several ? table(['model', ...titles], rows) : table(titles, rows, [1]))
      context.terminal.line(line);
  }
  for (const name of shown.filter((one) => !names.includes(one)))
    context.terminal.note(
      `The store has versions of \`${name}\`, which the project does not name. Call an entry of \`models\` \`${name}\` to deploy and monitor them.`,
    );
  const broken = store ? brokenAuditEntry(store) : null;
  if (broken !== null)
    context.terminal.note(
      `Entry ${broken} of the registry's audit does not fit the chain: the audit was changed outside Loopwright. \`loopwright models audit\` says how.`,
    );
  return exitCodes.done;
}

function gatesCell(version: Pick<ModelVersionSummary, 'isValidated' | 'override' | GateCount>): string {
  if (!version.isValidated) return 'not validated';
  return `${versionGatesText(version)}${version.override === undefined ? '' : ', overridden'}`;
}
type GateCount = 'gatesPassed' | 'gatesTotal' | 'gatesUndecidable';

/** The metric that stands for the versions of a model: the first declared one that they have. */
function shownMetric(versions: readonly ModelVersionSummary[], model: string, declared: readonly string[]): string {
  const own = versions.filter((version) => version.model === model);
  return (
    declared.find((name) => own.some(({ metrics }) => metrics[name] !== undefined)) ??
    Object.keys(own[0]?.metrics ?? {})[0] ??
    ''
  );
}

export interface PromoteModelOptions {
  why?: string;
  override?: string;
  signKey?: string;
}

/** `loopwright models promote [MODEL@]VERSION`: promotes a version that passes its gates, or against them with a reason. */
export async function promoteModel(
  context: CommandContext,
  version: string,
  { why, override, signKey }: PromoteModelOptions,
): Promise<number> {
  const store = context.store();
  // A key that was named and is none is told before anything moves.
  const signer = signKey === undefined ? undefined : findSigner(store.root, signKey);
  let evidence: Evidence | undefined;
  const result = promote(store, readModel(context.config(), version), {
    why: why ?? 'promoted by hand',
    actor: actorOf('terminal'),
    override,
    signer,
    onEvidence: (written) => {
      evidence = written;
    },
  });
  if (context.json) context.printJson(result);
  else {
    const several = hasSeveralModels(context.config());
    const name = versionText(result, several);
    const undo = `loopwright models rollback${several ? ` ${result.name}` : ''}`;
    context.terminal.line(
      result.previous === result.version
        ? `${name} is already the champion.`
        : `${name} is champion${result.previous === null ? '' : `; before it was v${result.previous}. \`${undo}\` goes back`}.`,
    );
    if (evidence) for (const line of evidenceLines(evidence)) context.terminal.note(line);
  }
  return exitCodes.done;
}

/** `loopwright models register RUN`: registers the model of a run as a version, such as that of a trial of a sweep. */
export async function registerModel(context: CommandContext, run: string): Promise<number> {
  const result = registerRun(
    context.store(),
    run,
    (stage) => validatedModel(context.config(), stage).name,
    actorOf('terminal'),
  );
  const several = hasSeveralModels(context.config());
  const versions = result.registered.map((version) => versionText(version, several));
  if (context.json) context.printJson({ ...result, version: result.registered.at(-1)?.version ?? null });
  else context.terminal.line(`${result.runName} is ${versions.join(', ')}${result.made ? '' : ' already'}.`);
  return exitCodes.done;
}

export interface RollbackModelOptions {
  why?: string;
}

/** `loopwright models rollback [MODEL]`. */
export async function rollbackModel(
  context: CommandContext,
  name: string | undefined,
  { why }: RollbackModelOptions,
): Promise<number> {
  const model = modelNamed(context.config(), name ?? null);
  const result = rollback(context.store(), model.name, { actor: actorOf('terminal'), why });
  if (context.json) context.printJson(result);
  else
    context.terminal.line(
      `${versionText(result, hasSeveralModels(context.config()))} is champion again; v${result.previous} was rolled back.`,
    );
  return exitCodes.done;
}
