import { DataError } from '../base/errors.ts';
import type { Feature } from '../models/feature.ts';
import { fittedPredictor } from '../models/fittedPredictor.ts';
import type { ModelTools } from '../models/flavours/flavour.ts';
import { hashModel, modelFiles } from '../models/modelFiles.ts';
import { withClasses } from '../models/withClasses.ts';
import { openModel } from '../models/openModel.ts';
import type { Predictor } from '../models/predictor.ts';
import { findPython } from '../python/findPython.ts';
import type { ModelVersion } from './modelVersions.ts';
import { servedFiles } from './refit.ts';
import type { ValidationReport } from './validationReport.ts';
import { projectPath } from '../base/projectPath.ts';

/**
 * Opens the model of a version as it was validated: the same files, the same classes and features, and the Python of
 * its validation unless the project names one for the model. `tested` opens the fit that its validation tested, where a
 * refit is served. Throws DataError when the files changed.
 */
export async function openVersion(
  version: ModelVersion,
  tools: ModelTools,
  which: 'served' | 'tested' = 'served',
): Promise<Predictor> {
  const { report } = version;
  const files = which === 'served' ? servedFiles(report) : { path: report.modelPath, hash: report.modelHash };
  const path = projectPath(tools.root, files.path);
  checkHash(version, files.hash, path);
  const { model, opened: own } = await openModel(path, { ...tools, python: pythonOf(report, tools) });
  try {
    const opened = report.classNames ? withClasses(own, report.classNames) : own;
    const { description } = opened;
    for (const warning of description.warnings) tools.log(`warning: ${warning}`);
    return fittedPredictor(opened, {
      flavour: model.flavour,
      task: report.task,
      target: report.target,
      classes: columnClasses(report.classes),
      positive: report.positive,
      features: featuresOf(report),
      algorithm: report.algorithm,
      runtime: description.runtime,
      scores: report.scores,
      takesAbsent: description.takesAbsent ?? false,
      levels: description.levels ?? {},
      packages: description.packages,
      warnings: description.warnings,
    });
  } catch (error) {
    await own.close();
    throw error;
  }
}

/** The columns that a validated model reads. */
export function featuresOf({ features }: Pick<ValidationReport, 'features'>): Feature[] {
  return features.map(({ name, kind, type, optional }) => ({ name, kind, type, optional }));
}

/** A report writes the classes of a boolean as false and true; its column is read as 0 and 1. */
function columnClasses(classes: readonly string[] | null): string[] {
  const [negative, positive] = classes ?? [];
  return classes?.length === 2 && negative === 'false' && positive === 'true' ? ['0', '1'] : [...(classes ?? [])];
}

function checkHash({ model, version }: ModelVersion, expected: string | null, path: string): void {
  if (expected === null) return;
  const { hash } = hashModel(modelFiles(path));
  if (hash !== expected)
    throw new DataError(
      `The files of \`${model}\` v${version} in ${path} changed since it was validated: their hash is ${hash.slice(0, 12)}, not ${expected.slice(0, 12)}. Restore them, or validate the new files as a version of their own.`,
      { place: { file: path } },
    );
}

/** Two versions may need different environments, so the one of the validation counts while it exists. */
function pythonOf({ environment }: ValidationReport, tools: ModelTools): ModelTools['python'] {
  const { python } = environment;
  if (tools.namesPython || python === null) return tools.python;
  return () => {
    try {
      const found = findPython({ root: tools.root, python });
      return found && { ...found, why: 'the Python of its validation' };
    } catch {
      tools.log(`The Python of the validation, ${python}, is gone; the Python of the project is used.`);
      return tools.python();
    }
  };
}
