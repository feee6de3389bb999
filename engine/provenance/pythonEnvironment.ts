import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { FoundPython } from '../python/findPython.ts';

const run = promisify(execFile);

export interface PythonEnvironment {
  /** Such as `CPython 3.12.4`. */
  version: string;
  /** One line per package, `name==version`, sorted; as `pip freeze` lists packages of PyPI. */
  packages: string;
  count: number;
}

const longestMs = 15_000;

/**
 * A script that reports a Python's version and packages from its metadata: without pip, without importing a package.
 */
const script = `
import importlib.metadata as m, json, platform
found = {}
for d in m.distributions():
    name = d.metadata["Name"]
    if name and name not in found:
        found[name] = d.version
print(json.dumps({"version": platform.python_implementation() + " " + platform.python_version(), "packages": found}))
`;

const programs =
  /^(pip3?|pytest|torchrun|accelerate|deepspeed|jupyter|papermill|ipython3?|streamlit|mlflow|ray|dvc|kedro)$/;

/** The command that starts the Python of a command line, where `found` is active; null when it uses none. */
export function pythonOf(cmd: string, found: FoundPython | null): string[] | null {
  const active = /(?:^|[\s;&|(])(?:\.|source)\s+["']?([^\s"';&|]+)\/(bin|Scripts)\/activate/.exec(cmd);
  if (active) return [`${active[1]}/${active[2]}/python`];
  const conda = /(?:^|[\s;&|(])((?:conda|mamba|micromamba) run(?:\s+(?:-n|-p|--name|--prefix)[\s=]\S+)?)/.exec(
    cmd,
  )?.[1];
  if (conda !== undefined) return [...conda.trim().split(/\s+/), 'python'];
  // Without syncing: the stage's own call may be installing packages.
  if (/(?:^|[\s;&|(])uv run\s/.test(cmd)) return ['uv', 'run', '--no-sync', 'python'];
  const manager = /(?:^|[\s;&|(])(poetry|pipenv|pdm|rye) run\s/.exec(cmd)?.[1];
  if (manager !== undefined) return [manager, 'run', 'python'];
  const words = cmd.split(/[\s;&|()]+/).map((word) => word.replaceAll(/["']/g, ''));
  const named = words.find((word) => /^(python|pypy)[\d.]*(\.exe)?$/i.test(basename(word)));
  // On Windows a starter for these names runs in a shell only.
  if (process.platform === 'win32' && found && /^python3?$/i.test(named ?? '')) return [found.path];
  if (named !== undefined) return [named];
  const program = words.find((word) => programs.test(basename(word)));
  if (program?.includes('/')) return [join(program, '..', 'python')];
  if (found?.environment) return [found.path];
  return program !== undefined || words.some((word) => word.endsWith('.py')) ? [found?.path ?? 'python3'] : null;
}

/** The version and packages of a Python; null on failure, which must not fail a stage. */
export async function describePython(
  words: readonly string[],
  options: { cwd: string; env: Record<string, string | undefined>; signal?: AbortSignal | undefined },
): Promise<PythonEnvironment | null> {
  const [program = 'python3', ...args] = words;
  try {
    const { stdout } = await run(
      program.includes('/') ? join(program.startsWith('/') ? '' : options.cwd, program) : program,
      [...args, '-c', script],
      { ...options, timeout: longestMs, killSignal: 'SIGKILL', maxBuffer: 16 << 20 },
    );
    const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      version: string;
      packages: Record<string, string>;
    };
    const lines = Object.entries(said.packages)
      .map(([name, version]) => `${name.toLowerCase().replaceAll(/[-_.]+/g, '-')}==${version}`)
      .toSorted();
    return { version: said.version, packages: lines.join('\n'), count: lines.length };
  } catch {
    return null;
  }
}
