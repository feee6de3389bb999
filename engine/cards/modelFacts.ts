import { thresholdText } from '../../words/threshold.ts';
import type { FactsPackage, ModelFacts } from '../../protocol/modelFacts.ts';
import { WorkError } from '../base/errors.ts';
import { MlflowError } from '../mlflow/mlflowError.ts';
import { pathOfVersion } from '../mlflow/modelFolder.ts';
import { typeOfFeature } from '../models/feature.ts';
import type { RecognisedModel } from '../models/flavours/flavour.ts';
import { recognised } from '../models/openModel.ts';
import { modelFiles, sizeOf } from '../models/modelFiles.ts';
import { servedFiles } from '../registry/refit.ts';
import type { ValidationReport } from '../registry/validationReport.ts';
import type { ModelInspection } from '../runner/inspectModel.ts';
import type { Store } from '../store/store.ts';
import { isInside, relativePath } from '../base/projectPath.ts';

/** The facts of a registered version, from its files and, after a validation, from its report. */
export function factsOfVersion(
  store: Store,
  { name, version }: { name: string; version: number },
  report: ValidationReport | null,
): ModelFacts {
  const files = filesOf(store, name, version);
  const stated = files.model?.stated ?? null;
  const facts: ModelFacts = {
    path: files.path,
    flavour: report?.flavour ?? files.model?.flavour ?? null,
    algorithm: stated?.algorithm ?? null,
    runtime: null,
    hash: report && servedFiles(report).hash,
    bytes: files.bytes,
    inputs: stated?.inputs?.map((input) => ({ ...input, missing: null, levels: null })) ?? null,
    outputs: null,
    runsCode: stated?.runsCode ?? null,
    needsPython: stated ? stated.needs.length > 0 : null,
    python: null,
    packages: packagesOf(stated?.packages ?? {}, report?.environment.packages ?? {}),
    warnings: [],
    problems: [...(stated?.refusals ?? []), ...(files.problem === null ? [] : [files.problem])],
  };
  if (!report) return facts;
  const { environment } = report;
  return {
    ...facts,
    algorithm: report.algorithm,
    runtime: report.backend,
    inputs: report.features.map(({ missing, levels, ...feature }) => ({
      name: feature.name,
      type: typeOfFeature(feature),
      optional: feature.optional ?? false,
      missing,
      levels,
    })),
    outputs: {
      kind: report.task,
      classes: report.classes,
      positive: report.task === 'binary' ? (report.classes?.[1] ?? report.positive) : null,
      scores: report.scores,
      threshold: report.threshold,
      thresholdRule: report.thresholdChoice && thresholdText(report.thresholdChoice),
    },
    needsPython: environment.python !== null || (facts.needsPython ?? false),
    python: environment.python,
    warnings: environment.warnings,
  };
}

/** The facts of inspected files. */
export function factsOfInspection(inspection: ModelInspection): ModelFacts {
  const { stated, described, needs } = inspection;
  const installed = Object.fromEntries(
    needs.flatMap((need) => (need.installed === null ? [] : [[need.name, need.installed]])),
  );
  const python = inspection.python?.version ?? null;
  return {
    path: inspection.path,
    flavour: inspection.flavour,
    algorithm: described?.algorithm ?? stated.algorithm,
    runtime: described?.runtime ?? null,
    hash: inspection.hash,
    bytes: inspection.bytes,
    inputs:
      (described?.inputs ?? stated.inputs)?.map((input) => ({
        ...input,
        missing: null,
        levels: described?.levels?.[input.name] ?? null,
      })) ?? null,
    outputs: described && {
      kind: described.kind,
      classes: described.classes,
      positive: described.trainedFor?.positive ?? null,
      scores: described.scores,
      threshold: null,
      thresholdRule: null,
    },
    runsCode: stated.runsCode,
    needsPython: needs.length > 0,
    python: inspection.python?.path ?? null,
    packages: packagesOf(
      { ...Object.fromEntries(needs.map(({ name }) => [name, ''])), ...stated.packages },
      described?.packages ?? { ...installed, ...(python === null ? {} : { python }) },
    ),
    warnings: described?.warnings ?? [],
    problems: stated.refusals,
  };
}

/** An empty version says that the package is needed and its version is not stated. */
function packagesOf(savedWith: Record<string, string>, used: Record<string, string>): FactsPackage[] {
  const names = [...new Set([...Object.keys(savedWith), ...Object.keys(used)])].toSorted((a, b) =>
    a === 'python' ? -1 : b === 'python' ? 1 : a < b ? -1 : 1,
  );
  return names.map((name) => ({ name, savedWith: savedWith[name] || null, used: used[name] ?? null }));
}

function filesOf(
  store: Store,
  name: string,
  version: number,
): { path: string; model: RecognisedModel | null; bytes: number | null; problem: string | null } {
  try {
    const path = pathOfVersion(store, name, version);
    const model = recognised(path);
    return {
      path: isInside(store.root, path) ? relativePath(store.root, path) : path,
      model,
      bytes: sizeOf(modelFiles(path)),
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof WorkError) && !(error instanceof MlflowError)) throw error;
    return { path: '', model: null, bytes: null, problem: error.message };
  }
}
