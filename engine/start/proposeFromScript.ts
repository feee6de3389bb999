import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { FolderLook, FoundScript, Proposal, ScriptArgument } from '../../protocol/start.ts';
import { ProjectError } from '../base/errors.ts';
import { yamlText } from '../project/edit.ts';
import { ignoredFiles } from './ignoredFiles.ts';
import { withoutComments } from './lookAtScript.ts';
import { projectNameFor } from './newNames.ts';
import { readRegularFile, whyNoFile } from '../base/readRegularFile.ts';

/**
 * Returns the files of a project that runs a program of the user. Throws ProjectError when the program was not found in
 * the folder.
 */
export function proposeFromScript(look: FolderLook, path: string): Proposal {
  const script = look.scripts.find((one) => one.path === path);
  const stats = script ? undefined : statSync(join(look.folder, path), { throwIfNoEntry: false });
  const why = stats ? whyNoFile(stats) : null;
  if (why !== null) throw new ProjectError(`\`${path}\` ${why}; name a Python program.`);
  if (!script)
    throw new ProjectError(
      `There is no Python program ${path} that trains in ${look.folder}.${
        look.scripts.length > 0
          ? ` Found: ${look.scripts
              .slice(0, 5)
              .map((one) => one.path)
              .join(', ')}.`
          : ''
      }`,
    );
  const given = script.arguments
    .map((one) => withValue(one, look))
    .filter((one) => one.kind !== 'flag' && (one.value !== null || one.required));
  return {
    files: [
      {
        path: 'loopwright.yaml',
        how: 'new',
        about: `runs ${path} with its arguments as params`,
        text: projectText(look, script, given),
      },
      ...ignoredFiles(look.folder, ['.loopwright/']),
    ],
    leftOut: [],
    features: null,
    notes: notesOf(script, given),
  };
}

/** Sets a required argument that names data to the most likely table of the folder. */
function withValue(argument: ScriptArgument, look: FolderLook): ScriptArgument {
  const [table] = look.tables;
  if (
    argument.value !== null ||
    !argument.required ||
    !table ||
    !/data|input|csv|train|file|path/i.test(argument.param)
  )
    return argument;
  return { ...argument, value: table.path };
}

const unset = 'CHANGE_ME';

function projectText(look: FolderLook, script: FoundScript, given: readonly ScriptArgument[]): string {
  const shown = (value: ScriptArgument['value']) =>
    value === null ? unset : typeof value === 'string' ? yamlText(value) : String(value);
  const params = given
    .map(({ param, value, help }) => `  ${param}: ${shown(value)}${help === '' ? '' : `  # ${help}`}\n`)
    .join('');
  const flags = script.arguments.filter(({ kind }) => kind === 'flag');
  const deps = [
    ...new Set([
      script.path,
      ...modulesOf(look.folder, script.path),
      ...script.reads,
      ...given.flatMap(({ value }) => (typeof value === 'string' && isFile(look.folder, value) ? [value] : [])),
    ]),
  ];
  const outs = script.writes.filter((path) => !deps.includes(path));
  const list = (paths: readonly string[]) => `[${paths.map(yamlText).join(', ')}]`;
  const logs = script.mlflow
    ? '    # The program logs to MLflow. Loopwright is the tracking server: params, metrics, models and artifacts become part of the run.\n'
    : script.metrics.length > 0
      ? ''
      : '    # To log metrics, write lines such as {"step": 1, "loss": 0.5} to the file named by LOOPWRIGHT_METRICS, or use MLflow.\n';
  return `# Runs ${script.path} and records each run: params, metrics, logs, code, data and environment.
version: 1
project: ${projectNameFor(look.folder)}

${params === '' ? '' : `# The arguments of the program. \`loopwright run --param ${given[0]?.param ?? 'lr'}=…\` runs with another value; experiments/*.experiment.yaml define variations and sweeps.\nparams:\n${params}\n`}stages:
  train:
${logs}${flags.length > 0 ? `    # Further flags: ${flags.map(({ flag }) => flag).join(', ')}.\n` : ''}    cmd: ${commandText(look.folder, script, given)}
    # The stage runs again when one of these changes.
    deps: ${list(deps)}
${outs.length > 0 ? `    # Files that the program must write.\n    outs: ${list(outs)}\n` : ''}${script.metrics.length > 0 ? `    # JSON files whose numbers are the metrics of the run.\n    metrics: ${list(script.metrics)}\n` : ''}`;
}

function commandText(root: string, script: FoundScript, given: readonly ScriptArgument[]): string {
  const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `"${path}"`);
  const words = given.map(({ flag, param, value }) => {
    const plain = typeof value !== 'string' || /^[\w.,:=/+-]+$/.test(value);
    const text = plain ? `\${params.${param}}` : `"\${params.${param}}"`;
    return flag.startsWith('-') ? `${flag} ${text}` : text;
  });
  const start = `${pythonWord(root)} ${quoted(script.path)}`;
  const line = [start, ...words].join(' ');
  // YAML joins these lines again, so no line break reaches the shell.
  return line.length <= 90 && !/: |#/.test(line) ? line : `>-\n      ${[start, ...words].join('\n      ')}`;
}

/** Returns `python` when an environment or the PATH has it. Many systems only have `python3`. */
function pythonWord(root: string): string {
  if (['.venv', 'venv'].some((name) => existsSync(join(root, name, 'pyvenv.cfg')))) return 'python';
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return process.platform === 'win32' || folders.some((folder) => folder !== '' && existsSync(join(folder, 'python')))
    ? 'python'
    : 'python3';
}

/** Returns the modules in the folder that a program imports, directly or indirectly. */
function modulesOf(root: string, path: string, seen = new Set<string>()): string[] {
  if (seen.has(path) || seen.size > 50) return [];
  seen.add(path);
  const code = withoutComments(readRegularFile(join(root, path)).toString('utf8'));
  const names = [...code.matchAll(/^[ \t]*(?:from\s+(\.?[\w.]+)\s+import|import\s+([\w., \t]+))/gm)]
    .flatMap(([, from, list]) => (from ?? list ?? '').split(','))
    .map((name) => name.trim().split(/\s/)[0] ?? '');
  const found: string[] = [];
  for (const name of names) {
    const file = `${name.replace(/^\./, '').replaceAll('.', '/')}.py`;
    const places = [dirname(path) === '.' ? file : `${dirname(path)}/${file}`, file];
    const place = places.find((one) => isFile(root, one));
    if (place !== undefined && !seen.has(place)) found.push(place, ...modulesOf(root, place, seen));
  }
  return [...new Set(found)];
}

function isFile(root: string, path: string): boolean {
  return (
    path !== '' &&
    !path.startsWith('/') &&
    !path.startsWith('..') &&
    existsSync(join(root, path)) &&
    /\.\w+$/.test(path)
  );
}

function notesOf(script: FoundScript, given: readonly ScriptArgument[]): string[] {
  const unknown = given.filter(({ value }) => value === null);
  return [
    ...(script.mlflow ? ['The MLflow logs of the program are tracked without changes to it.'] : []),
    ...(script.trackingUri === null
      ? []
      : [
          `The program sets its own tracking address, \`${script.trackingUri}\`, so its runs are logged there. Remove that line to log them here.`,
        ]),
    ...(unknown.length > 0
      ? [
          `${unknown.map(({ flag }) => `\`${flag}\``).join(', ')} ${unknown.length === 1 ? 'has' : 'have'} no default: replace ${unset} under \`params\` before you run.`,
        ]
      : []),
  ];
}
