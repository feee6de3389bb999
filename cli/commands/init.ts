import { existsSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import type { FolderLook, Proposal } from '../../protocol/start.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { ProjectError } from '../../engine/base/errors.ts';
import { readingsOf, type FileReading } from '../../engine/data/reading/describeReading.ts';
import { systemPython } from '../../engine/python/systemPython.ts';
import { copyExample, exampleNames } from '../../engine/start/copyExample.ts';
import { lookAtFolder } from '../../engine/start/lookAtFolder.ts';
import { isLogName } from '../../engine/start/lookAtLogs.ts';
import { proposeProject, refuseSecond } from '../../engine/start/proposeProject.ts';
import { TableLooks } from '../../engine/start/tableLooks.ts';
import { writeProject } from '../../engine/start/writeProject.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import type { CommandContext } from '../context.ts';
import { openQuestions, type Questions } from '../questions.ts';
import { importRuns } from './importRuns.ts';
import type { Choice, InitOptions, Start } from './initStart.ts';
import { chooseDatabase, chooseTarget, isDatabase, problemsOf, sourceChoices, taskOf } from './initSources.ts';
import { count } from '../../words/numbers.ts';
import { bytes as bytesText } from '../../words/sizes.ts';
import { projectPath } from '../../engine/base/projectPath.ts';

/**
 * `loopwright init [DIR]`: creates a project that runs unchanged, from the files in the folder or those that the flags
 * name. No file is overwritten.
 */
export async function init(context: CommandContext, folder: string | undefined, options: InitOptions): Promise<number> {
  const root = resolve(folder ?? '.');
  refuseSecond(root);
  const questions = options.yes !== true && !context.json ? openQuestions(context.signal) : null;
  const looks = new TableLooks();
  const start = { context, root, options, questions, looks };
  try {
    return await make(start, await chooseFrom(start));
  } finally {
    questions?.close();
    looks.close();
  }
}

async function chooseFrom(start: Start): Promise<Choice> {
  const { context, root, options, questions } = start;
  const named = [options.data, options.script, options.import, options.example].filter(
    (option) => option !== undefined,
  );
  if (named.length > 1)
    throw new ProjectError('`--data`, `--script`, `--import` and `--example` are mutually exclusive; give only one.');
  if (options.target !== undefined && named.length > 0 && options.data === undefined)
    throw new ProjectError('`--target` needs `--data FILE`.');
  if (options.table !== undefined && options.data === undefined)
    throw new ProjectError('`--table` needs `--data FILE`, a database.');
  const inside = (path: string) => relative(root, resolve(path)).replaceAll('\\', '/');
  if (options.data !== undefined) return chooseData(start, inside(options.data));
  if (options.script !== undefined) return { kind: 'script', path: inside(options.script) };
  if (options.import !== undefined) return { kind: 'import', path: inside(options.import) };
  if (options.example !== undefined)
    return { kind: 'example', name: options.example === true ? 'fraud' : options.example };
  if (options.target !== undefined && !existsSync(root)) throw new ProjectError('`--target` needs `--data FILE`.');
  if (!existsSync(root)) return { kind: 'example', name: 'fraud' };
  context.terminal.progress(`inspecting ${root}`);
  const look = await lookAtFolder(root, { signal: context.signal });
  context.terminal.progress(null);
  if (options.target !== undefined) return chooseData(start, onlyTable(look));
  return questions ? ask(start, look, questions) : sensible(start, look);
}

/** The file that `--target` means without `--data`. */
function onlyTable({ folder, tables, databases }: FolderLook): string {
  const files = [...tables, ...databases.filter(({ problem }) => problem === null)];
  const [file] = files;
  if (file && files.length === 1) return file.path;
  const found =
    files.length === 0
      ? `no table was found in ${folder}`
      : `${files.length} tables were found: ${files
          .slice(0, 5)
          .map(({ path }) => path)
          .join(', ')}`;
  throw new ProjectError(`\`--target\` needs \`--data FILE\`: ${found}.`);
}

/** The most likely choice when no person can answer; it prints the alternatives. */
async function sensible(start: Start, look: FolderLook): Promise<Choice> {
  const { context } = start;
  const [script, table, runs] = [look.scripts[0], look.tables[0], look.imports[0]];
  const sources = sourceChoices(start, look);
  const others = [
    ...(script && look.dvc ? [] : script && table ? [`\`--data ${table.path}\` creates a project for the table`] : []),
    ...(runs && (script || table) ? [`\`--import ${runs.path}\` imports its runs`] : []),
    ...(script || table ? sources : sources.slice(1)).slice(0, 3).map(({ flag, does }) => `\`${flag}\` ${does}`),
  ];
  const say = (text: string) => {
    if (!context.json) context.terminal.line([text, ...others].join('; ').concat('.'));
  };
  if (look.dvc) return { kind: 'dvc' };
  if (script) {
    say(`Found ${script.path} (${script.reason})`);
    return { kind: 'script', path: script.path };
  }
  if (table) {
    say(
      `Found ${table.path}${look.tables.length > 1 ? ` and ${look.tables.length - 1} more; \`--data FILE\` uses another` : ''}`,
    );
    return chooseTable(start, table.path);
  }
  const [source] = sources;
  if (source && (!runs || source.isDatabase)) {
    say(`Found ${source.text}`);
    return source.choice();
  }
  if (runs) {
    say(`Found ${runs.path} with ${runs.runs ?? 0} runs`);
    return { kind: 'import', path: runs.path };
  }
  const problems = problemsOf(look);
  if (problems.length > 0)
    throw new ProjectError(`${problems.join(' ')} Use \`--data FILE\`, \`--script FILE\` or \`--example\`.`);
  say(
    `Found nothing to start from in ${look.folder}, so the example is copied; use \`--data FILE\` or \`--script FILE\` to start from your own files`,
  );
  return { kind: 'example', name: 'fraud' };
}

async function ask(start: Start, look: FolderLook, questions: Questions): Promise<Choice> {
  const { context } = start;
  const choices: { text: string; choice: () => Promise<Choice> }[] = [
    ...(look.dvc
      ? [{ text: 'dvc.yaml: use it as it is', choice: () => Promise.resolve<Choice>({ kind: 'dvc' }) }]
      : []),
    ...look.scripts.slice(0, 5).map(({ path, reason, libraries }) => ({
      text: `${path}: run and track it (${[reason, libraries.join(', ')].filter(Boolean).join('; ')})`,
      choice: () => Promise.resolve<Choice>({ kind: 'script', path }),
    })),
    ...look.tables.slice(0, 12).map(({ path, bytes }) => ({
      text: `${path}: learn to predict a column (${bytesText(bytes)})`,
      choice: () => chooseTable(start, path),
    })),
    ...sourceChoices(start, look).map(({ text, choice }) => ({ text, choice })),
    ...look.imports.map(({ path, runs }) => ({
      text: `${path}: import ${runs === null ? 'its' : count(runs)} runs`,
      choice: () => Promise.resolve<Choice>({ kind: 'import', path }),
    })),
    ...exampleNames().map((name) => ({
      text: `the example ${name}`,
      choice: () => Promise.resolve<Choice>({ kind: 'example', name }),
    })),
  ];
  if (look.tables.length > 12)
    context.terminal.line(`${count(look.tables.length)} tables were found; \`--data FILE\` uses any of them.`);
  if (look.notebooks.length > 0)
    context.terminal.line(`Notebooks are not run: ${look.notebooks.slice(0, 5).join(', ')}.`);
  for (const problem of problemsOf(look)) context.terminal.line(problem);
  const at = await questions.choose(
    'What should the project start from?',
    choices.map(({ text }) => text),
  );
  return choices[at]?.choice() ?? { kind: 'example', name: 'fraud' };
}

/** The choice for a file that is named: a table, a database or a log. */
async function chooseData(start: Start, path: string): Promise<Choice> {
  if (start.options.table !== undefined || isDatabase(start.root, path)) return chooseDatabase(start, path);
  if (isLogName(basename(path)) && start.options.target === undefined) return { kind: 'logs', paths: [path] };
  return chooseTable(start, path);
}

async function chooseTable(start: Start, path: string): Promise<Choice> {
  const { context, root, options, looks } = start;
  const more = taskOf(options);
  if (options.target !== undefined) return { kind: 'table', path, target: options.target, ...more };
  context.terminal.progress(`reading ${path}`);
  const look = await looks.with(root, path, {}, context.signal, (_, one) => one);
  context.terminal.progress(null);
  if (look.targets.length === 0)
    throw new ProjectError(
      `${path} has no column to predict: ${look.notTargets
        .slice(0, 5)
        .map(({ name, reason }) => `\`${name}\`: ${reason}`)
        .join('; ')}.`,
    );
  const target = await chooseTarget(start, look, path, null);
  return { kind: 'table', path, target: target ?? look.targets[0]?.name ?? '', ...more };
}

async function make({ context, root, options, questions, looks }: Start, choice: Choice): Promise<number> {
  const { terminal } = context;
  if (choice.kind === 'dvc') {
    if (context.json) context.printJson({ root, files: [] });
    else
      terminal.line('dvc.yaml is used as it is; no file is needed. Next: `loopwright status`, then `loopwright run`.');
    return exitCodes.done;
  }
  if (choice.kind === 'example') {
    if (options.dryRun === true)
      return tell(context, root, [], `Would copy the example ${choice.name} and generate its data.`);
    terminal.progress(`generating the data of the example ${choice.name}`);
    const files = await copyExample(choice.name, root, context.signal);
    terminal.progress(null);
    const packages = files.includes('requirements.txt')
      ? `\`${systemPython} -m venv .venv\`, \`${process.platform === 'win32' ? String.raw`.venv\Scripts\pip` : '.venv/bin/pip'} install -r requirements.txt\`, then `
      : '';
    return tell(context, root, files, next(root, `${packages}\`loopwright run\``));
  }
  if (choice.kind === 'import' && !existsSync(projectPath(root, choice.path)))
    throw new ProjectError(`There is no ${projectPath(root, choice.path)}.`);
  terminal.progress('inspecting the files');
  const proposal = await proposeProject(root, { from: choice }, looks, context.signal);
  terminal.progress(null);
  const reading = choice.kind === 'table' ? readingOf(root, choice.path) : undefined;
  if (options.dryRun === true) return dryRun(context, root, { ...proposal, ...(reading && { reading }) });
  if (questions && !(await agreed(context, proposal, questions)))
    return tell(context, root, [], 'Nothing was written.');
  writeProject(root, proposal.files);
  if (choice.kind === 'import') {
    const code = await importInto(context, root, choice.path);
    if (code !== exitCodes.done || context.json) return code;
  }
  if (!context.json) for (const note of proposal.notes) terminal.line(note);
  return tell(
    context,
    root,
    proposal.files.map(({ path }) => path),
    next(root, choice.kind === 'import' ? '`loopwright runs`' : '`loopwright run`'),
    { leftOut: proposal.leftOut, notes: proposal.notes, ...(reading && { reading }) },
  );
}

/** How the table is read, as `data infer --json` tells it. */
function readingOf(root: string, path: string): FileReading[] {
  const file = projectPath(root, path);
  return readingsOf([file]).map((one) => ({ ...one, file: relative(process.cwd(), file) }));
}

async function importInto(context: CommandContext, root: string, path: string): Promise<number> {
  const store = openStore(root);
  try {
    return await importRuns(context, projectPath(root, path), {}, store);
  } finally {
    store.sql.close();
  }
}

async function agreed(context: CommandContext, proposal: Proposal, questions: Questions): Promise<boolean> {
  const { terminal } = context;
  terminal.line('Will write:');
  for (const { path, about, how } of proposal.files)
    terminal.line(`  ${path}${how === 'append' ? ' (adds lines)' : ''}: ${about}`);
  for (const { name, reason } of proposal.leftOut) terminal.line(`  left out: ${name} (${reason})`);
  for (const note of proposal.notes) terminal.line(`  ${note}`);
  return questions.agree('Write it?');
}

function dryRun(context: CommandContext, root: string, proposal: Proposal & Pick<Told, 'reading'>): number {
  if (context.json) {
    context.printJson({ root, ...proposal });
    return exitCodes.done;
  }
  for (const { path, text, how } of proposal.files) {
    context.terminal.line(context.terminal.style('bold', `── ${path}${how === 'append' ? ' (added at its end)' : ''}`));
    context.terminal.line(text);
  }
  for (const { name, reason } of proposal.leftOut) context.terminal.line(`left out: ${name} (${reason})`);
  for (const note of proposal.notes) context.terminal.line(note);
  context.terminal.line('Nothing was written.');
  return exitCodes.done;
}

/** What `--json` says besides the files. */
interface Told extends Pick<Proposal, 'leftOut' | 'notes'> {
  reading?: FileReading[];
}

function tell(context: CommandContext, root: string, files: readonly string[], words: string, told?: Told): number {
  if (context.json) context.printJson({ root, files, ...told });
  else {
    for (const path of files) context.terminal.line(`wrote ${path}`);
    context.terminal.line(words);
  }
  return exitCodes.done;
}

function next(root: string, command: string): string {
  const here = resolve('.') === root;
  return `Next: ${here ? '' : `\`cd ${/\s/.test(root) ? `"${root}"` : relative(process.cwd(), root) || basename(root)}\`, then `}${command}.`;
}
