import { programEnvironment } from '../base/programEnvironment.ts';
import type { ModelDescription, ModelTools, StatedFacts } from '../models/flavours/flavour.ts';
import { openRecognised } from '../models/flavours/flavours.ts';
import { hashModel, modelFiles } from '../models/modelFiles.ts';
import { recognised } from '../models/openModel.ts';
import { describePython } from '../provenance/pythonEnvironment.ts';
import { installText } from '../python/missingModule.ts';
import { pythonText } from '../python/findPython.ts';
import { isInside, relativePath } from '../base/projectPath.ts';

/** The facts about a model that are known without scoring a row. */
export interface ModelInspection {
  path: string;
  flavour: string;
  hash: string;
  bytes: number;
  files: number;
  stated: StatedFacts;
  /** The packages that scoring needs, with what this machine has; empty when this process scores the model. */
  needs: PackageNeed[];
  /** The Python that would score; null when the model needs none or there is none. */
  python: { path: string; why: string; version: string | null } | null;
  /** The command that installs the absent packages; null when none is absent or there is no Python. */
  install: string | null;
  /** The model's own description; null when it was not opened. */
  described: ModelDescription | null;
}

export interface PackageNeed {
  name: string;
  /** The version that the model was saved with; null when not stated. */
  savedWith: string | null;
  /** The installed version; null when it is absent. */
  installed: string | null;
}

/** The version of a package, also under the names of its builds, such as `xgboost-cpu`. */
function installedVersion(installed: ReadonlyMap<string, string>, name: string): string | null {
  const plain = name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return (
    [plain, `${plain}-cpu`, `${plain}-gpu`].map((one) => installed.get(one)).find((one) => one !== undefined) ?? null
  );
}

/**
 * Inspects a model from its files. With `open`, the model is opened by the project's Python, which runs the code in a
 * pickle, and describes itself.
 */
export async function inspectModel(path: string, tools: ModelTools, open: boolean): Promise<ModelInspection> {
  const model = recognised(path);
  const files = modelFiles(path);
  const found = model.stated.needs.length > 0 ? tools.python() : null;
  const environment =
    found && (await describePython([found.path], { cwd: tools.root, env: programEnvironment({}, process.env) }));
  const installed = new Map(
    (environment?.packages ?? '').split('\n').map((line) => {
      const [name = '', version = ''] = line.split('==');
      return [name, version];
    }),
  );
  const needs = model.stated.needs.map((name) => ({
    name,
    savedWith: model.stated.packages[name] ?? null,
    installed: installedVersion(installed, name),
  }));
  const absent = needs.filter((need) => need.installed === null).map(({ name }) => name);
  return {
    path: isInside(tools.root, path) ? relativePath(tools.root, path) || path : path,
    flavour: model.flavour,
    ...hashModel(files),
    files: files.names.length,
    stated: model.stated,
    needs,
    install: found && absent.length > 0 ? installText(absent, found, tools.root) : null,
    python: found && {
      path: pythonText(found, tools.root),
      why: found.why,
      version: environment?.version ?? null,
    },
    described: open ? await describe() : null,
  };

  async function describe(): Promise<ModelDescription> {
    const opened = await openRecognised(model, tools);
    try {
      return opened.description;
    } finally {
      await opened.close();
    }
  }
}
