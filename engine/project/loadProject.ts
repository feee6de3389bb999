import type { Problem } from '../../protocol/problem.ts';
import { projectFileNames } from '../../protocol/projectFiles.ts';
import { ProjectError } from '../base/errors.ts';
import { readEnvFiles } from './envFile.ts';
import { entryOf, toValue, type Located, type Range } from './located.ts';
import { lostEntries } from './lostEntries.ts';
import { parseYaml, type Parsed } from './parseYaml.ts';
import type { ProjectPlace } from './outsideGlobs.ts';
import { diskFiles, type ProjectFiles } from './projectFiles.ts';
import { readableConfig, readWhole, type Readable } from './readable.ts';
import { readConfigFile, type Parse } from './readConfigFile.ts';
import { resolveConfig, type Overrides, type Resolved } from './resolveConfig.ts';
import type { DatasetSchema } from './schema/datasetSchema.ts';
import type { ExperimentConfig } from './schema/experimentSchema.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import { dvcFileName, readDvcProject, type DvcProject } from './dvc/readDvcProject.ts';
import { shapes, type FileKind } from './shape.ts';
import { shapeProblem, validateShape } from './validateShape.ts';

/** A parsed config file, checked for shape. `value` is null when shape errors make it unusable. */
export interface ConfigFile<T> {
  kind: FileKind;
  /** Path relative to the root, with `/`. */
  path: string;
  parsed: Parsed;
  value: T | null;
  problems: Problem[];
}

/** A project loaded from its files. Each file contains its shape problems; checks report problems of meaning. */
export interface Project {
  root: string;
  files: ProjectFiles;
  file: ConfigFile<ProjectConfig>;
  /** Config after interpolation, without an experiment. */
  resolved: Resolved;
  /** Valid part of the config, even with errors; null when there is none. For display and checks, never for runs. */
  readable: Readable | null;
  experiments: Map<string, ConfigFile<ExperimentConfig>>;
  /** Dataset schemas by path. */
  schemas: Map<string, ConfigFile<DatasetSchema>>;
  /** Environment variables, with variables of `env_file` that are not already set. */
  env: Record<string, string | undefined>;
  /** Variables of the files in `env_file`. */
  envFile: Record<string, string>;
  /** Source of a project in a dvc.yaml; null for one with a loopwright.yaml. */
  dvc: DvcProject | null;
}

/** Results for parsed texts, cached as long as the text is. */
const made = new WeakMap<Parsed, ConfigFile<unknown>>();

function knownFile<T>(kind: FileKind, parsed: Parsed): ConfigFile<T> {
  const known = (made.get(parsed) as ConfigFile<T> | undefined) ?? loadConfigFile<T>(kind, parsed);
  made.set(parsed, known);
  return known;
}

/** Name of the project file of new projects, also used in errors of stages. */
export const projectFileName = projectFileNames[0];

/**
 * Loads a project. Never throws for invalid content. A folder without a loopwright.yaml is the project of its dvc.yaml;
 * without either, the file of the project has an error.
 */
export function loadProject(
  root: string,
  files: ProjectFiles = diskFiles(root),
  processEnv: Record<string, string | undefined> = process.env,
  parse: Parse = parseYaml,
): Project {
  const [name, ...unread] = projectFileNames.filter((one) => files.exists(one));
  const dvc = name === undefined && files.exists(dvcFileName) ? readDvcProject(root, files, parse) : null;
  const parsed = dvc?.parsed ?? parseFile('project', name ?? projectFileName, files, parse);
  const problems: Problem[] = [];
  const envFile = dvc
    ? {}
    : readEnvFiles(parsed.root, files, (message, at) => problems.push(envFileProblem(parsed, message, at)));
  const env = { ...envFile, ...processEnv };
  const { file, resolved } = resolveProjectFile(parsed, env, { root, exists: (path) => files.exists(path) });
  file.problems.push(...problems);
  if (name !== undefined) file.problems.push(...unread.map((other) => unreadTwin(other, name)));
  const experiments = new Map<string, ConfigFile<ExperimentConfig>>();
  for (const path of experimentPaths(files)) {
    const twin = experiments.get(experimentName(path));
    if (twin) file.problems.push(unreadTwin(path, twin.path));
    else
      experiments.set(
        experimentName(path),
        knownFile<ExperimentConfig>('experiment', parseFile('experiment', path, files, parse)),
      );
  }
  const schemas = new Map<string, ConfigFile<DatasetSchema>>();
  for (const [path, ranges] of schemaPaths(parsed.root, files)) {
    const { parsed: schema, why } = readConfigFile('dataset', path, files, parse);
    if (why === null) schemas.set(path, knownFile<DatasetSchema>('dataset', schema));
    else {
      schemas.set(path, { kind: 'dataset', path, parsed: schema, value: null, problems: [] });
      file.problems.push(...ranges.map((range) => shapeProblem(parsed.file, parsed.lines, 'LW204', range, why)));
    }
  }
  const readable = resolved.config ? readWhole(resolved.config) : readablePart(file, resolved, files);
  return { root, files, file, resolved, readable, experiments, schemas, env, envFile, dvc };
}

/** A missing file is a warning, since it can exist on another machine. A line that cannot be parsed is an error. */
function envFileProblem({ file, lines }: Parsed, message: string, at: Range | { file: string; line: number }): Problem {
  if ('start' in at) return shapeProblem(file, lines, 'LW119', at, message, { severity: 'warning' });
  return {
    file: at.file,
    line: at.line,
    column: 1,
    endLine: at.line,
    endColumn: 1,
    code: 'LW119',
    severity: 'error',
    message,
  };
}

/** Checks the project file for shape, after references are resolved. */
export function resolveProjectFile(
  parsed: Parsed,
  env: Record<string, string | undefined>,
  place: ProjectPlace | null = null,
): { file: ConfigFile<ProjectConfig>; resolved: Resolved } {
  const resolved = resolveConfig(parsed, env, {}, place);
  return {
    file: {
      kind: 'project',
      path: parsed.file,
      parsed,
      value: resolved.config,
      problems: [...parsed.problems, ...resolved.problems],
    },
    resolved,
  };
}

function readablePart(
  { parsed, problems }: ConfigFile<ProjectConfig>,
  { root }: Resolved,
  files: ProjectFiles,
): Readable | null {
  const wrong = problems
    .filter(
      ({ code, file, severity }) =>
        severity === 'error' && code !== 'LW100' && code !== 'LW208' && file === parsed.file,
    )
    .map((problem) => ({
      range: {
        start: parsed.lines.offset(problem.line, problem.column),
        end: parsed.lines.offset(problem.endLine, problem.endColumn),
      },
      meant: / Did you mean `([^`]+)`\?$/.exec(problem.message)?.[1],
    }));
  return readableConfig(root, wrong, lostEntries(parsed.text, parsed.lost), {
    of: ({ start, end }) => parsed.text.slice(start, end),
    file: (path) => contentOf(files, path),
  });
}

/** Checks an experiment or dataset file for shape. */
export function loadConfigFile<T>(kind: FileKind, parsed: Parsed): ConfigFile<T> {
  const problems = [...parsed.problems];
  if (!parsed.root) {
    if (problems.length === 0)
      problems.push({
        ...parsed.lines.place(parsed.file, { start: 0, end: 0 }),
        code: 'LW103',
        severity: 'error',
        message:
          kind === 'dataset'
            ? 'The file is empty; a dataset schema needs `fields`.'
            : 'The file is empty. Describe the experiment with `describe`, and change `params` or `stages`.',
      });
    return { kind, path: parsed.file, parsed, value: null, problems };
  }
  const lost = lostEntries(parsed.text, parsed.lost);
  validateShape(parsed.root, shapes[kind], (...finding) => {
    if (!lost.explain(finding[0], finding[1])) problems.push(shapeProblem(parsed.file, parsed.lines, ...finding));
  });
  const usable = !problems.some((problem) => problem.severity === 'error');
  return { kind, path: parsed.file, parsed, value: usable ? (toValue(parsed.root) as T) : null, problems };
}

/** Reads a file; why it cannot be read is its own finding. */
function parseFile(kind: FileKind, path: string, files: ProjectFiles, parse: Parse): Parsed {
  const { parsed, why } = readConfigFile(kind, path, files, parse);
  if (why !== null) parsed.problems.push(shapeProblem(path, parsed.lines, 'LW204', { start: 0, end: 0 }, why));
  return parsed;
}

/** The schema files that datasets name, with the places where they do. */
function schemaPaths(root: Located | null, files: ProjectFiles): Map<string, Range[]> {
  const paths = new Map<string, Range[]>();
  const datasets = entryOf(root ?? undefined, 'datasets')?.value;
  if (datasets?.kind === 'map') {
    for (const { value } of datasets.entries) {
      const schema = entryOf(value, 'schema')?.value;
      if (schema?.kind === 'scalar' && typeof schema.value === 'string' && files.exists(schema.value))
        paths.set(schema.value, [...(paths.get(schema.value) ?? []), schema.range]);
    }
  }
  return paths;
}

/** Returns sorted paths, so that a .yaml file takes precedence over a .yml file of the same experiment. */
function experimentPaths(files: ProjectFiles): string[] {
  return [...files.glob('experiments/*.experiment.yaml'), ...files.glob('experiments/*.experiment.yml')].toSorted();
}

/** Returns a problem for a .yml file beside a .yaml file of the same name. */
function unreadTwin(path: string, read: string): Problem {
  return {
    file: path,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
    code: 'LW118',
    severity: 'warning',
    message: `\`${path}\` is ignored because \`${read}\` exists. Delete one of the two.`,
  };
}

export function experimentName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.experiment\.ya?ml$/, '');
}

/** Returns the shape problems of all files of the project. */
export function shapeProblems(project: Project): Problem[] {
  return [project.file, ...project.experiments.values(), ...project.schemas.values()].flatMap((file) => file.problems);
}

/** Returns the text of any file of the project; empty when it cannot be read. */
export function textOf(project: Project, path: string): string {
  const known =
    path === project.file.path
      ? project.file
      : (project.schemas.get(path) ?? project.experiments.get(experimentName(path)));
  if (known?.path === path) return known.parsed.text;
  return contentOf(project.files, path);
}

function contentOf(files: ProjectFiles, path: string): string {
  try {
    const content = files.read(path);
    if (content === null || typeof content === 'string') return content ?? '';
    let text = decoded.get(content);
    if (text === undefined) decoded.set(content, (text = new TextDecoder().decode(content)));
    return text;
  } catch {
    return '';
  }
}

/** Many checks read the same SQL, so the text is cached with the bytes of a file. */
const decoded = new WeakMap<Uint8Array, string>();

/** Returns the config of an experiment with overrides. Throws a ProjectError with all problems. */
export function configFor(project: Project, experiment: string, overrides: Overrides = {}): ProjectConfig {
  if (!project.file.parsed.root && project.file.problems.length > 0)
    throw new ProjectError(project.file.problems[0]?.message ?? '', project.file.problems);
  const file = experiment === 'default' ? null : project.experiments.get(experiment);
  // The programs read params.yaml themselves. Other values would change the record of a run but not the run.
  if (project.dvc && (file || Object.keys(overrides.params ?? {}).length > 0))
    throw new ProjectError(
      'The programs of a DVC project read their params from files. Change them there; experiments and `--param` need a loopwright.yaml.',
    );
  if (file === undefined)
    throw new ProjectError(
      `There is no experiment \`${experiment}\`. Known: ${['default', ...project.experiments.keys()].join(', ')}.`,
    );
  const fileProblems = file?.problems.filter((problem) => problem.severity === 'error') ?? [];
  if (fileProblems.length > 0) throw new ProjectError(`The experiment \`${experiment}\` has problems.`, fileProblems);
  const { root, files } = project;
  const resolved = resolveConfig(
    project.file.parsed,
    project.env,
    { ...overrides, experiment: file?.parsed.root ?? null },
    { root, exists: (path) => files.exists(path) },
  );
  const problems = [...project.file.parsed.problems, ...resolved.problems].filter(
    (problem) => problem.severity === 'error' && problem.code !== 'LW208',
  );
  if (problems.length > 0 || !resolved.config)
    throw new ProjectError(
      `${project.file.path} has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`,
      problems,
    );
  return resolved.config;
}

/** Returns the position of a range in a config file, as a problem. */
export function placeIn(file: ConfigFile<unknown>, range: Range): Problem {
  return { ...file.parsed.lines.place(file.path, range), code: '', severity: 'error', message: '' };
}
