import { basename, join } from 'node:path';
import { WorkError } from '../../base/errors.ts';
import { helperFile } from '../../base/helperFile.ts';
import { programEnvironment } from '../../base/programEnvironment.ts';
import { activatePython } from '../../python/activatePython.ts';
import { missingModuleText } from '../../python/missingModule.ts';
import type { ModelDescription, ModelInput, ModelTools, OpenedModel, RecognisedModel } from '../flavours/flavour.ts';
import { scoreRows } from './scoreRows.ts';
import { WorkerPool, type PoolLimits } from './workerPool.ts';
import type { DescribeResult, LoadRequest } from './workerProtocol.ts';

/** Opens a model in a worker of Python. `limits` replaces limits of the pool. */
export async function openWorkerModel(
  model: RecognisedModel,
  load: Omit<LoadRequest, 'paths'>,
  tools: ModelTools,
  { paths = [], limits }: { paths?: readonly string[]; limits?: Partial<PoolLimits> } = {},
): Promise<OpenedModel> {
  const name = basename(model.path);
  const python = tools.python();
  if (!python)
    throw new WorkError(
      `\`${name}\` is scored by Python, and this machine has none. Install Python 3, or set \`python\` in loopwright.yaml.`,
    );
  const pool = new WorkerPool({
    python: python.path,
    script: workerScript(name),
    cwd: tools.root,
    env: {
      // Threads of OpenMP that wait must not keep the cores busy: on a busy machine a row then takes seconds.
      OMP_WAIT_POLICY: 'PASSIVE',
      ...activatePython({ ...tools.variables?.(), ...programEnvironment() }, python, join(tools.temp, 'python')),
      PYTHONIOENCODING: 'utf-8',
      // A crash in C prints where it happened.
      PYTHONFAULTHANDLER: '1',
    },
    load: { ...load, paths: [...new Set([tools.root, ...paths])] },
    log: tools.log,
    missingText: (module) =>
      `\`${name}\` cannot be scored.${missingModuleText(module, { root: tools.root, words: null, python })}`,
    limits,
  });
  let found: DescribeResult;
  try {
    found = await pool.describe(Object.keys(model.stated.packages).filter((package_) => package_ !== 'python'));
  } catch (error) {
    await pool.close();
    throw error;
  }
  return {
    description: describe(found, model),
    answer: (table, inputs, signal) => pool.predict(table, inputs, signal),
    answerFile: async (request) => {
      if (!(await pool.score(request))) await scoreRows(pool, request);
    },
    state: () => pool.state(),
    close: () => pool.close(),
  };
}

function describe({ package: main, saved, ...found }: DescribeResult, { stated }: RecognisedModel): ModelDescription {
  const { packages } = found;
  return {
    ...found,
    inputs: typedInputs(found.inputs, stated.inputs),
    runtime: [...(main && packages[main] ? [`${main} ${packages[main]}`] : []), `Python ${packages['python']}`].join(
      ', ',
    ),
    warnings: versionWarnings({ ...stated.packages, ...saved }, packages),
  };
}

/** The model names its inputs, and a signature in its files their types. */
function typedInputs(own: ModelInput[] | null, stated: ModelInput[] | null): ModelInput[] | null {
  const types = new Map(stated?.map(({ name, type }) => [name, type]));
  return own?.map((input) => ({ ...input, type: input.type ?? types.get(input.name) ?? null })) ?? stated;
}

/** Returns a sentence for each package that works in another version than the model was saved with. */
function versionWarnings(saved: Record<string, string>, atWork: Record<string, string>): string[] {
  return Object.entries(saved).flatMap(([name, version]) => {
    const now = atWork[name];
    if (now === undefined || now === version) return [];
    // Releases of one minor version of Python behave alike.
    if (name === 'python' && minor(now) === minor(version)) return [];
    const shown = name === 'python' ? 'Python' : name;
    return [`The model was saved with ${shown} ${version}; ${shown} ${now} scores it.`];
  });
}

const minor = (version: string) => version.split('.').slice(0, 2).join('.');

function workerScript(name: string): string {
  const found = helperFile('worker.py');
  if (found === null)
    throw new WorkError(
      `\`${name}\` is scored by helper/worker.py of Loopwright, which is gone. Install Loopwright again.`,
    );
  return found;
}
