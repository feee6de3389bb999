import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isAbsolute, join } from 'node:path';
import type { ParamValue } from '../../../protocol/runs.ts';
import { WorkError } from '../../base/errors.ts';
import type { SweepConfig } from '../../project/schema/experimentSchema.ts';
import { pythonOf } from '../../provenance/pythonEnvironment.ts';
import { activatePython } from '../../python/activatePython.ts';
import type { FoundPython } from '../../python/findPython.ts';
import { installText } from '../../python/missingModule.ts';
import { systemPython } from '../../python/systemPython.ts';
import { programEnvironment, type Variables } from '../../base/programEnvironment.ts';
import type { Point } from './sweepPoints.ts';
import { projectPath } from '../../base/projectPath.ts';

/** Optuna's TPE sampler (Bergstra et al. 2011) in the project's Python: it suggests points and learns from results. */
export interface Suggestions {
  ask(): Promise<{ number: number; params: Point }>;
  /** Null: the trial failed or did not measure the objective. */
  tell(number: number, value: number | null): void;
  close(): void;
}

type Distributions = [string, SweepConfig['params'][string]][];

export interface SuggestionOptions {
  root: string;
  /** The Python of the project; null when there is none. */
  python: FoundPython | null;
  /** The values of `env_file`. */
  variables: Variables;
  /** The state folder of the project. */
  folder: string;
  /** Command lines of the project's stages, which show the Python that it uses. */
  commands: readonly string[];
  distributions: Distributions;
  direction: 'maximize' | 'minimize';
  parallel: number;
  seed: number;
  /** The results of earlier trials. */
  done: readonly { params: Point; value: number | null }[];
}

/** Choices are sent by their index, because Optuna accepts no lists. */
const program = `
import json, math, sys
def say(value):
    sys.stdout.write(json.dumps(value) + "\\n")
    sys.stdout.flush()
try:
    import optuna
except ImportError as error:
    say({"missing": str(error), "python": sys.executable})
    sys.exit(0)
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial
optuna.logging.set_verbosity(optuna.logging.ERROR)
spec = json.loads(sys.stdin.readline())
def distribution(d):
    if "choices" in d: return CategoricalDistribution(list(range(d["choices"])))
    if "int" in d: return IntDistribution(d["int"][0], d["int"][1])
    return FloatDistribution(d["low"], d["high"], log=d["log"])
space = {name: distribution(d) for name, d in spec["space"]}
study = optuna.create_study(direction=spec["direction"], sampler=optuna.samplers.TPESampler(seed=spec["seed"], constant_liar=spec["parallel"] > 1))
for trial in spec["done"]:
    if trial["value"] is None: study.add_trial(create_trial(state=TrialState.FAIL, params=trial["params"], distributions=space))
    else: study.add_trial(create_trial(value=trial["value"], params=trial["params"], distributions=space))
say({"ready": optuna.__version__})
for line in sys.stdin:
    said = json.loads(line)
    if "ask" in said:
        trial = study.ask(space)
        say({"number": trial.number, "params": trial.params})
    elif said["value"] is None:
        study.tell(said["tell"], state=TrialState.FAIL)
    else:
        study.tell(said["tell"], said["value"])
`;

/**
 * Starts the sampler in the project's Python, or else in the first Python of a command that has Optuna. WorkError that
 * lists the attempts when none has it.
 */
export async function startSuggestions(options: SuggestionOptions): Promise<Suggestions> {
  const env = activatePython(
    { ...options.variables, ...programEnvironment() },
    options.python,
    join(options.folder, 'python'),
  );
  const tried: string[] = [];
  for (const words of pythons(options)) {
    const started = await startIn(words, options, env);
    if (typeof started !== 'string') return started;
    tried.push(`${words.join(' ')} (${started})`);
  }
  throw new WorkError(
    `Method bayesian needs Optuna, and no Python of the project has it: ${tried.join('; ')}. Install it with \`${installCommand(options)}\`, or use method latin_hypercube, which needs no package.`,
  );
}

function installCommand({ python, root }: SuggestionOptions): string {
  return python ? installText(['optuna'], python, root) : `${systemPython} -m pip install optuna`;
}

/** The Python of the project comes first, then those that its commands name. */
function pythons({ python, commands }: SuggestionOptions): string[][] {
  const found = [
    ...(python ? [[python.path]] : []),
    ...commands.flatMap((command) => [pythonOf(command, python) ?? []]),
    systemPython.split(' '),
  ].filter((words) => words.length > 0);
  return [...new Map(found.map((words) => [words.join(' '), words])).values()];
}

async function startIn(
  [python = 'python3', ...args]: string[],
  options: SuggestionOptions,
  env: Variables,
): Promise<Suggestions | string> {
  // A program that is named by a path is looked for in the project, on every system.
  const isPath = /[\\/]/.test(python) && !isAbsolute(python);
  const child = spawn(isPath ? projectPath(options.root, python) : python, [...args, '-c', program], {
    cwd: options.root,
    env,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  child.stdin.on('error', () => {});
  const failed = new Promise<string>((resolve) =>
    child.once('error', (error) =>
      resolve((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : error.message),
    ),
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown> | string> => {
    const answer = await Promise.race([lines.next(), failed]);
    if (typeof answer === 'string') return answer;
    return answer.done
      ? `ended: ${errors.trim().split('\n').at(-1) ?? ''}`
      : (JSON.parse(answer.value) as Record<string, unknown>);
  };
  const send = (value: unknown) => void child.stdin.write(`${JSON.stringify(value)}\n`);
  send({
    direction: options.direction,
    parallel: options.parallel,
    seed: options.seed,
    space: options.distributions.map(([name, distribution]) => [name, toOptuna(distribution)]),
    done: options.done.map(({ params, value }) => ({
      value: finite(value),
      params: Object.fromEntries(
        options.distributions.map(([name, distribution]) => [name, toNumber(distribution, params[name] ?? null)]),
      ),
    })),
  });
  const ready = await next();
  if (typeof ready === 'string' || !('ready' in ready)) {
    child.kill('SIGKILL');
    return typeof ready === 'string' ? ready : String(ready['missing']);
  }
  // Answers arrive in the order of the requests.
  let asked: Promise<unknown> = Promise.resolve();
  return {
    ask() {
      const answer = asked.then(async () => {
        send({ ask: true });
        const said = await next();
        if (typeof said === 'string') throw new WorkError(`Optuna ${said}`);
        const { number, params } = said as { number: number; params: Record<string, number> };
        return {
          number,
          params: Object.fromEntries(
            options.distributions.map(([name, distribution]) => [name, fromNumber(distribution, params[name] ?? 0)]),
          ),
        };
      });
      asked = answer.catch(() => {});
      return answer;
    },
    tell: (number, value) => send({ tell: number, value: finite(value) }),
    close() {
      child.stdin.end();
      child.kill();
    },
  };
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

function toOptuna(distribution: SweepConfig['params'][string]): object {
  if ('choice' in distribution) return { choices: distribution.choice.length };
  if ('int' in distribution) return { int: distribution.int };
  const [low, high] = 'uniform' in distribution ? distribution.uniform : distribution.log_uniform;
  return { low, high, log: 'log_uniform' in distribution };
}

function toNumber(distribution: SweepConfig['params'][string], value: ParamValue): ParamValue {
  return 'choice' in distribution
    ? Math.max(
        0,
        distribution.choice.findIndex((one) => JSON.stringify(one) === JSON.stringify(value)),
      )
    : value;
}

function fromNumber(distribution: SweepConfig['params'][string], value: number): ParamValue {
  if ('choice' in distribution) return (distribution.choice[value] ?? null) as ParamValue;
  if ('int' in distribution) return value;
  const [low = 0, high = 0] = 'uniform' in distribution ? distribution.uniform : distribution.log_uniform;
  return Math.min(high, Math.max(low, Number(value.toPrecision(6))));
}
