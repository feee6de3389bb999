import type { ModelSelector } from '../../protocol/models.ts';
import type { AnyCard, CardHealth, CardParts } from '../../protocol/modelCard.ts';
import type { RunDetail } from '../../protocol/runs.ts';
import { gatesText } from '../../words/metrics.ts';
import { thresholdOutcomeText, thresholdText } from '../../words/threshold.ts';
import { verdictOfGates } from '../evaluation/gates.ts';
import { WorkError } from '../base/errors.ts';
import { windowsOf } from '../monitoring/windows.ts';
import { findAlias, modelNamed } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { predictionCount } from '../serving/predictionLog.ts';
import { getRuns } from '../tracking/runDetail.ts';
import type { Store } from '../store/store.ts';
import { aliasesOf, champion } from '../registry/aliases.ts';
import { cardNumbers } from '../registry/cardNumbers.ts';
import { getVersion, latestVersion, versionOf } from '../registry/modelVersions.ts';
import { versionRecord } from '../registry/promotions.ts';
import { registeredModel, registeredVersion } from '../registry/registeredModels.ts';
import { fillNumbers } from '../project/modelCard/liveNumbers.ts';
import { factsOfVersion } from './modelFacts.ts';
import { writtenCard } from '../project/modelCard/writtenCard.ts';
import { summariseVersions } from '../registry/summariseVersions.ts';

/** Builds the model card of a version from the store and the files of the model. */
export function buildCard(store: Store, config: ProjectConfig, { name, version: which }: ModelSelector): AnyCard {
  const model = name !== null && registeredModel(store, name) ? name : modelNamed(config, name).name;
  const version = numberOf(store, model, which);
  const row = registeredVersion(store, model, version);
  if (!row) throw new WorkError(`\`${model}\` has no version ${version}. \`loopwright models\` lists them.`);
  const report = row.report === null ? null : getVersion(store, model, version).report;
  const detail = runOf(store, row.run_id);
  const shared = {
    model,
    version,
    aliases: aliasesOf(store, model).get(version) ?? [],
    createdAt: row.created_at,
    facts: factsOfVersion(store, { name: model, version }, report),
    run: detail && {
      runId: detail.runId,
      name: detail.name,
      experiment: detail.experiment,
      commit: detail.commit,
      dirty: detail.dirty,
      seed: detail.seed,
      durationMs: detail.endedAt === null ? null : detail.endedAt - detail.startedAt,
    },
    versions: summariseVersions(store, model).map((other) => ({
      version: other.version,
      aliases: other.aliases,
      createdAt: other.createdAt,
      headline: report ? (other.metrics[report.headlineMetric] ?? null) : null,
    })),
    record: versionRecord(store, { name: model, version }),
  };
  if (!report) return { ...shared, isValidated: false, description: row.description };
  const verdict = verdictOfGates(report.gates);
  const { passed, total } = verdict;
  const written = filledParts(writtenCard(store.root, config).parts, cardNumbers({ model, version, report }));
  return {
    ...shared,
    isValidated: true,
    task: report.task,
    target: report.target,
    algorithm: report.algorithm,
    backend: report.backend,
    refit: report.refit ?? null,
    verdict: {
      ...verdict,
      text:
        total === 0
          ? 'No gates are declared, so nothing was judged.'
          : passed === total
            ? `${total === 1 ? 'Its one gate' : `All ${total} gates`} passed.`
            : `${gatesText(verdict)}; this version may not be promoted.`,
    },
    ...written,
    data: report.data,
    features: report.features,
    performance: report.performance,
    gates: report.gates,
    comparison: report.comparison ?? null,
    importance: report.importance ?? null,
    robustness: report.robustness ?? null,
    slices: report.slices,
    foundSlices: report.foundSlices ?? null,
    fairness: report.fairness,
    fairnessGroups: report.fairnessGroups ?? [],
    representation: report.representation ?? [],
    calibration: report.calibration,
    plots: report.plots ?? null,
    threshold: report.thresholdChoice && {
      value: report.threshold,
      why: thresholdText(report.thresholdChoice),
      gave: thresholdOutcomeText(report.thresholdChoice),
    },
    sampleWeight: report.sampleWeight ?? null,
    notDefined: report.undefinedMetrics ?? {},
    params: detail?.params ?? {},
    environment: detail?.environment ?? {},
    health: healthOf(store, config, model, version),
    headlineMetric: report.headlineMetric,
    reproduce: detail?.reproduce ?? '',
  };
}

function filledParts(parts: CardParts, card: Parameters<typeof fillNumbers>[1]): CardParts {
  const filled = Object.entries(parts).map(([key, text]: [string, string | null]) => [
    key,
    text === null ? null : fillNumbers(text, card),
  ]);
  return Object.fromEntries(filled) as unknown as CardParts;
}

function numberOf(store: Store, model: string, which: ModelSelector['version']): number {
  const latest = latestVersion(store, model);
  if (latest === 0)
    throw new WorkError(`\`${model}\` has no version yet. Train and validate one with \`loopwright run\`.`);
  if (typeof which === 'number') return which;
  if (which === 'latest') return latest;
  return versionOf(store, model, which ?? champion)?.version ?? latest;
}

/** A version that a program registered may name no run, or one of another store. */
function runOf(store: Store, runId: string): RunDetail | null {
  const [run = null] = runId === '' ? [] : getRuns(store, [runId]);
  return run;
}

function healthOf(store: Store, config: ProjectConfig, model: string, version: number): CardHealth[] {
  return Object.entries(config.deployments ?? {}).flatMap(([deployment, declared]) => {
    if (findAlias(config, declared.model)?.name !== model) return [];
    const { predictions } = predictionCount(store, deployment, { name: model, version });
    if (predictions === 0 && predictionCount(store, deployment).predictions === 0) return [];
    const monitor = Object.entries(config.monitors ?? {}).find(
      ([, candidate]) => candidate.deployment === deployment,
    )?.[0];
    const last =
      monitor === undefined
        ? undefined
        : windowsOf(store, config)(monitor).findLast((window) => window.modelVersions.includes(version));
    return [
      {
        deployment,
        predictions,
        monitor: monitor ?? null,
        lastWindow: last
          ? {
              start: last.start,
              end: last.end,
              rows: last.rows,
              status: last.status,
              driftedShare: last.inputs === 'not judged' ? null : last.driftedShare,
              expectations: last.expectations,
              performance: last.performance,
            }
          : null,
      },
    ];
  });
}
