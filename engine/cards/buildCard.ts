import type { ModelSelector } from '../../protocol/models.ts';
import type { CardHealth, ModelCard } from '../../protocol/modelCard.ts';
import { gatesText } from '../../words/metrics.ts';
import { WorkError } from '../base/errors.ts';
import { listWindows } from '../monitoring/windows.ts';
import { findAlias, modelNamed } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { predictionCount } from '../serving/predictionLog.ts';
import { getRun } from '../tracking/runDetail.ts';
import type { Store } from '../store/store.ts';
import { aliasesOf } from '../registry/aliases.ts';
import { getVersion } from '../registry/modelVersions.ts';
import { newestVersion, selectedVersion } from '../registry/selectedVersion.ts';
import { summariseVersions } from '../registry/summariseVersions.ts';

/** Builds the model card of a version from the store alone. */
export function buildCard(store: Store, config: ProjectConfig, { name, version: which }: ModelSelector): ModelCard {
  const model = modelNamed(config, name).name;
  const found =
    typeof which === 'number'
      ? getVersion(store, model, which)
      : (selectedVersion(store, model, which) ?? newestVersion(store, model));
  if (!found) throw new WorkError(`\`${model}\` has no version yet. Train and validate one with \`loopwright run\`.`);
  const { report, version, runId } = found;
  const run = getRun(store, runId);
  const aliases = aliasesOf(store, model);
  const passed = report.gates.filter((gate) => gate.passed).length;
  const total = report.gates.length;
  return {
    model,
    version,
    aliases: aliases.get(version) ?? [],
    createdAt: found.createdAt,
    task: report.task,
    target: report.target,
    algorithm: report.algorithm,
    backend: report.backend,
    verdict: {
      passed,
      total,
      text:
        total === 0
          ? 'No gates are declared, so nothing was judged.'
          : passed === total
            ? `${total === 1 ? 'Its one gate' : `All ${total} gates`} passed.`
            : `${gatesText({ passed, total })}; this version may not be promoted.`,
    },
    intendedUse: config.card?.intended_use ?? null,
    limitations: config.card?.limitations ?? null,
    ethics: config.card?.ethics ?? null,
    data: report.data,
    features: report.features,
    performance: report.performance,
    gates: report.gates,
    slices: report.slices,
    fairness: report.fairness,
    calibration: report.calibration,
    params: run.params,
    run: {
      runId,
      name: run.name,
      experiment: run.experiment,
      commit: run.commit,
      dirty: run.dirty,
      seed: run.seed,
      durationMs: run.endedAt === null ? null : run.endedAt - run.startedAt,
    },
    environment: run.environment,
    health: healthOf(store, config, model, version),
    versions: summariseVersions(store, model).map((other) => ({
      version: other.version,
      aliases: other.aliases,
      createdAt: other.createdAt,
      headline: other.metrics[report.headlineMetric] ?? null,
    })),
    headlineMetric: report.headlineMetric,
    reproduce: run.reproduce,
  };
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
        : listWindows(store, monitor).findLast((window) => window.modelVersions.includes(version));
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
              driftedShare: last.status === 'too few rows' ? null : last.driftedShare,
              performance: last.performance,
            }
          : null,
      },
    ];
  });
}
