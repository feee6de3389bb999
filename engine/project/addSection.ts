import { stringify } from 'yaml';
import type { AddablePart } from '../../protocol/languageServer.ts';
import { setAt, yamlText, type Edit } from './edit.ts';
import { entryOf, type Entry, type Located } from './located.ts';
import type { Project } from './loadProject.ts';
import { taskOf, taskOfValidation } from './taskOf.ts';
import type { Task } from '../evaluation/predictions.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import type { StageConfig } from './schema/stages.ts';
import type { ValidateStage } from './schema/validateStage.ts';

/** The edits and files that add a section to the project. */
export interface Addition {
  /** Edits of loopwright.yaml, for its current text. */
  edits: Edit[];
  /** New files by path. Existing files are not included. */
  files: Record<string, string>;
  /** Path of the new key, for the cursor. */
  path: [section: string, name?: string];
}

interface Piece {
  section: string;
  /** Null for a section without named entries. */
  name: string | null;
  value: unknown;
  /** The lines of the entry as a block, without its name; a string for a single line. */
  lines: string[] | string;
  /** Entry of the section before which the new one is inserted. */
  before?: string | undefined;
}

/** Order of the sections in the file. */
const order = [
  'version',
  'project',
  'seed',
  'params',
  'datasets',
  'stages',
  'deployments',
  'monitors',
  'retraining',
  'labelling',
  'checks',
  'card',
];

/**
 * Returns the section for a part of the life cycle, with the names of the project, or a sentence with the missing
 * prerequisite.
 */
export function addSection(project: Project, part: AddablePart, freePort: number): Addition | string {
  if (project.dvc)
    return 'This project is a dvc.yaml, which does not support this section. Run "Loopwright: Create a project" to create a loopwright.yaml.';
  const config = project.readable?.config;
  if (!project.file.parsed.root || project.file.parsed.root.kind !== 'map' || !config)
    return 'loopwright.yaml cannot be parsed. Fix the errors in the Problems view, then add the section.';
  if (project.file.parsed.problems.some(({ severity }) => severity === 'error'))
    return 'loopwright.yaml has errors. Fix the errors in the Problems view, then add the section.';
  const made = pieces[part](project, config, freePort);
  if (typeof made === 'string') return made;
  const edits: Edit[] = [];
  for (const piece of made.pieces) {
    const edit = insert(project, piece);
    if (!edit)
      return `\`${piece.section}\` of loopwright.yaml cannot be extended in its present form. Write it as a mapping, then add the section.`;
    edits.push(edit);
  }
  const last = made.pieces.at(-1);
  return {
    edits,
    files: Object.fromEntries(Object.entries(made.files ?? {}).filter(([path]) => !project.files.exists(path))),
    path: last?.name == null ? [last?.section ?? ''] : [last.section, last.name],
  };
}

type Made = { pieces: Piece[]; files?: Record<string, string> } | string;

const pieces: Record<AddablePart, (project: Project, config: ProjectConfig, freePort: number) => Made> = {
  collect(project, config) {
    const name = freeName(Object.keys(config.datasets ?? {}), 'events');
    const files = sourceGlob(project);
    const stage = freeName(Object.keys(config.stages), 'collect');
    return {
      pieces: [
        dataset(name, `data/${name}/*.parquet`),
        {
          section: 'stages',
          name: stage,
          value: { uses: 'collect', with: { dataset: name, from: { files } } },
          before: Object.keys(config.stages)[0],
          lines: [
            'uses: collect',
            '# Source of the rows: files, url, postgres, sqlite, s3 or command.',
            `with: { dataset: ${name}, from: { files: ${yamlText(files) === files ? files : quoted(files)} } }`,
          ],
        },
      ],
    };
  },
  prepare(project, config) {
    const source = Object.keys(config.datasets ?? {})[0];
    if (source === undefined)
      return 'SQL needs datasets, and the project declares none. Add a stage that collects data first.';
    const output = freeName(Object.keys(config.datasets ?? {}), 'features');
    const sql = freePath(project, `sql/${output}`, '.sql');
    const name = freeName(Object.keys(config.stages), 'prepare');
    return {
      pieces: [
        dataset(output, `data/${output}.parquet`),
        {
          section: 'stages',
          name,
          value: { uses: 'prepare', with: { sql, output } },
          before: Object.entries(config.stages).find(
            ([, stage]) => !('uses' in stage) || stage.uses !== 'collect',
          )?.[0],
          lines: ['uses: prepare', `with: { sql: ${sql}, output: ${output} }`],
        },
      ],
      files: {
        [sql]: `-- Each dataset is a table of its name. Choose and name the columns here.\nSELECT *\nFROM ${source}\n`,
      },
    };
  },
  develop(project, config) {
    const prepared = Object.values(config.stages).flatMap((stage) =>
      'uses' in stage && stage.uses === 'prepare' ? [stage.with.output] : [],
    );
    const fit = Object.entries(config.datasets ?? {}).filter(
      ([, { schema }]) => targetOf(project, schema) !== undefined,
    );
    const data = fit.find(([name]) => prepared.includes(name)) ?? fit[0];
    if (!data)
      return 'Training needs a dataset with a schema that marks a field with `role: target`. Run "Loopwright: Infer schema…" to write a schema from the data.';
    const name = freeName(Object.keys(config.stages), 'train');
    const task = taskOf(
      { uses: 'train', with: { data: data[0], model: 'logistic' } },
      project.schemas.get(data[1].schema ?? '')?.value ?? null,
    );
    const model = task === 'regression' ? 'linear' : 'logistic';
    return {
      pieces: [
        {
          section: 'stages',
          name,
          value: { uses: 'train', with: { data: data[0], model } },
          lines: ['uses: train', `with: { data: ${data[0]}, model: ${model} }`],
        },
      ],
    };
  },
  validate(project, config) {
    const train = Object.entries(config.stages).find(([, stage]) => 'uses' in stage && stage.uses === 'train');
    const made = train ?? programStage(config);
    const schemaOf = (dataset: string) => project.schemas.get(config.datasets?.[dataset]?.schema ?? '')?.value ?? null;
    const data =
      train && 'uses' in train[1] && train[1].uses === 'train'
        ? train[1].with.data
        : Object.keys(config.datasets ?? {}).findLast((name) =>
            schemaOf(name)?.fields.some((field) => field.loopwright?.role === 'target'),
          );
    if (!made) return 'There is no stage that makes a model: no `uses: train` and no `cmd`. Add one first.';
    if (data === undefined)
      return 'There is no dataset whose schema has a target, so there are no true values to compare with. Add `loopwright: { role: target }` to a field first.';
    const validated: ValidateStage = { uses: 'validate', with: { model: made[0], data } };
    const [metric, min] = gateFor(taskOfValidation(config, validated, schemaOf));
    const name = freeName(Object.keys(config.stages), 'validate');
    return {
      pieces: [
        {
          section: 'stages',
          name,
          value: { uses: 'validate', with: { model: made[0], data }, gates: { [metric]: { min } } },
          lines: [
            'uses: validate',
            `with: { model: ${made[0]}, data: ${data} }`,
            'gates:',
            `  # The minimum on unseen rows. Raise it to what your use case needs.`,
            `  ${metric}: { min: ${min} }`,
          ],
        },
      ],
    };
  },
  deploy: (_project, config, freePort) => ({ pieces: [deployment(config, freePort)] }),
  monitor(_project, config, freePort) {
    const reference = Object.entries(config.stages).find(
      ([, stage]) => 'uses' in stage && stage.uses === 'validate',
    )?.[0];
    if (reference === undefined)
      return 'A monitor needs the test rows of a stage with `uses: validate`, and there is none. Add one first.';
    const api = Object.keys(config.deployments ?? {})[0];
    const first = api === undefined ? [deployment(config, freePort)] : [];
    const watched = api ?? first[0]?.name ?? 'production';
    const name = freeName(Object.keys(config.monitors ?? {}), watched);
    return {
      pieces: [
        ...first,
        {
          section: 'monitors',
          name,
          value: { deployment: watched, reference, window: { every: '1d', min_rows: 100 }, drift: { share: 0.3 } },
          lines: [
            `deployment: ${watched}`,
            `reference: ${reference}`,
            'window: { every: 1d, min_rows: 100 }',
            '# The window has drifted when at least this share of the columns has.',
            'drift: { share: 0.3 }',
          ],
        },
      ],
    };
  },
  retrain(_project, config) {
    const monitor = Object.keys(config.monitors ?? {})[0];
    const trains = Object.values(config.stages).some(
      (stage) => 'uses' in stage && (stage.uses === 'train' || stage.uses === 'validate'),
    );
    if (!trains) return 'There is no stage that trains or validates a model, so nothing can run again. Add one first.';
    const when = monitor === undefined ? { schedule: '0 3 * * 1' } : { monitor, drift: 'dataset', for: '2 windows' };
    return {
      pieces: [
        {
          section: 'retraining',
          name: null,
          // oxlint-disable-next-line unicorn/no-thenable -- the key is the format's, and this is never awaited
          value: { when: [when], then: 'propose', cooldown: '7d' },
          lines: [
            'when:',
            monitor === undefined
              ? '  - { schedule: "0 3 * * 1" }   # Mondays at three, UTC'
              : `  - { monitor: ${monitor}, drift: dataset, for: 2 windows }`,
            '# propose: a user promotes the new model. promote: it is promoted when its gates pass.',
            'then: propose',
            'cooldown: 7d',
          ],
        },
      ],
    };
  },
};

/** The last stage that runs a program, whose model can be validated. */
function programStage({ stages }: ProjectConfig): [string, StageConfig] | undefined {
  return Object.entries(stages).findLast(([, stage]) => !('uses' in stage));
}

function deployment(config: ProjectConfig, port: number): Piece {
  const name = freeName(Object.keys(config.deployments ?? {}), 'production');
  return {
    section: 'deployments',
    name,
    value: { model: 'champion', as: 'api', port },
    lines: `{ model: champion, as: api, port: ${port} }`,
  };
}

function dataset(name: string, path: string): Piece {
  return {
    section: 'datasets',
    name,
    value: { path },
    lines: `{ path: ${/^[\w./-]+$/.test(path) ? path : quoted(path)} }`,
  };
}

const quoted = (text: string) => (/^[\w./-][\w./*-]*$/.test(text) ? text : JSON.stringify(text));

/** Returns existing data files as a glob. */
function sourceGlob(project: Project): string {
  for (const folder of ['incoming', 'raw', 'data', 'data/raw']) {
    for (const kind of ['csv', 'parquet', 'jsonl', 'tsv', 'json'])
      if (project.files.glob(`${folder}/*.${kind}`).length > 0) return `${folder}/*.${kind}`;
  }
  return 'incoming/*.csv';
}

function targetOf(project: Project, schema: string | undefined) {
  return project.schemas.get(schema ?? '')?.value?.fields.find((field) => field.loopwright?.role === 'target');
}

/** Returns a bound that a model better than guessing reaches. */
function gateFor(task: Task | null): [metric: string, min: number] {
  return task === 'regression' ? ['r2', 0.1] : task === 'binary' ? ['roc_auc', 0.6] : ['balanced_accuracy', 0.5];
}

function freeName(taken: readonly string[], wanted: string): string {
  let name = wanted;
  for (let i = 2; taken.some((other) => other.toLowerCase() === name.toLowerCase()); i++) name = `${wanted}_${i}`;
  return name;
}

function freePath(project: Project, start: string, end: string): string {
  let path = start + end;
  for (let i = 2; project.files.exists(path); i++) path = `${start}_${i}${end}`;
  return path;
}

/** Writes an entry in the style of its surroundings: lines of a block, or an entry of a flow mapping. */
function insert({ file }: Project, { section, name, value, lines, before }: Piece): Edit | null {
  const { root, text } = file.parsed;
  if (root?.kind !== 'map') return null;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const path = name === null ? [section] : [section, name];
  const existing = entryOf(root, section);
  const isOpen = existing?.value.kind === 'scalar' && existing.value.value === null;
  if (
    text[root.range.start] === '{' ||
    (existing && existing.value.kind === 'map' && text[existing.value.range.start] === '{')
  )
    return setAt(file, path, flowText(value));
  if (existing && !isOpen && (existing.value.kind !== 'map' || name === null)) return null;
  const indent = ' '.repeat(name === null ? 0 : existing?.value.kind === 'map' ? columnOf(text, existing.value) : 2);
  const block =
    name === null
      ? [`${section}:`, ...entryLines(lines, '  ')]
      : [...(existing ? [] : [`${section}:`]), ...namedLines(name, lines, indent)];
  if (existing?.value.kind === 'map') {
    const next = before === undefined ? undefined : entryOf(existing.value, before);
    if (next && !next.merged)
      return at(file, startOfEntry(text, next.keyRange.start), `${block.join(newline)}${newline}`);
    const last = existing.value.entries.findLast((entry) => !entry.merged);
    return last ? after(file, endOf(last), block, newline) : null;
  }
  if (existing) return after(file, existing.keyRange.end, block.slice(name === null ? 1 : 0), newline);
  const previous =
    root.entries.findLast(
      (entry) => !entry.merged && order.indexOf(entry.key) < order.indexOf(section) && order.includes(entry.key),
    ) ?? root.entries.findLast((entry) => !entry.merged);
  return previous ? after(file, endOf(previous), ['', ...block], newline) : null;
}

function flowText(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function namedLines(name: string, lines: string[] | string, indent: string): string[] {
  return typeof lines === 'string'
    ? [`${indent}${name}: ${lines}`]
    : [`${indent}${name}:`, ...entryLines(lines, `${indent}  `)];
}

function entryLines(lines: string[] | string, indent: string): string[] {
  return [lines].flat().map((line) => `${indent}${line}`);
}

function columnOf(text: string, map: Extract<Located, { kind: 'map' }>): number {
  const first = map.entries.find((entry) => !entry.merged)?.keyRange.start ?? 0;
  return first - (text.lastIndexOf('\n', first - 1) + 1);
}

function endOf({ keyRange, value }: Entry): number {
  return Math.max(keyRange.end, value.range.end);
}

/** Returns the start of an entry, or of the comments directly above it. */
function startOfEntry(text: string, offset: number): number {
  let start = text.lastIndexOf('\n', offset - 1) + 1;
  while (start > 0) {
    const above = text.lastIndexOf('\n', start - 2) + 1;
    if (!text.slice(above, start).trimStart().startsWith('#')) break;
    start = above;
  }
  return start;
}

/** Inserts lines after the line on which an entry ends, including its comment. */
function after(file: Project['file'], end: number, lines: readonly string[], newline: string): Edit {
  const { text } = file.parsed;
  let from = end;
  while (from > 0 && /\s/.test(text[from - 1] ?? '')) from--;
  const lineEnd = text.indexOf('\n', from);
  const offset = lineEnd === -1 ? text.length : text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
  return at(file, offset, `${newline}${lines.join(newline)}${lineEnd === -1 ? newline : ''}`);
}

function at(file: Project['file'], offset: number, text: string): Edit {
  return { file, range: { start: offset, end: offset }, text };
}
