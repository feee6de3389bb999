import { modelTools } from '../../engine/models/modelTools.ts';
import { findModel } from '../../engine/runner/findModel.ts';
import { inspectModel, type ModelInspection } from '../../engine/runner/inspectModel.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { bytes } from '../../words/sizes.ts';
import type { CommandContext } from '../context.ts';
import { table, type Terminal } from '../terminal.ts';

export interface InspectOptions {
  open?: boolean;
}

/** `loopwright models inspect MODEL`: what a model is and what it needs. */
export async function inspect(context: CommandContext, text: string, options: InspectOptions): Promise<number> {
  const { root } = context.project();
  const config = context.config();
  const store = context.store();
  const found = findModel(text, { store, config, folders: [process.cwd(), root] });
  const tools = modelTools(store, config, found.ref?.name ?? '', (line) => context.terminal.note(line));
  const inspection = await inspectModel(found.path, tools, options.open ?? false);
  if (context.json) context.printJson({ ...inspection, version: found.ref });
  else print(context.terminal, inspection);
  return inspection.stated.refusals.length === 0 ? exitCodes.done : exitCodes.failed;
}

function print(terminal: Terminal, model: ModelInspection): void {
  const { stated, described } = model;
  const inputs = described?.inputs ?? stated.inputs;
  const rows = [
    ['model', model.path],
    ['flavour', model.flavour],
    ['algorithm', described?.algorithm ?? stated.algorithm ?? 'not stated'],
    ['size', `${bytes(model.bytes)}, ${model.files === 1 ? 'one file' : `${model.files} files`}`],
    ['sha256', model.hash],
    ['python', pythonLine(model)],
    ...(described ? [['predicts', predicts(described)]] : []),
  ];
  for (const line of table(['', ''], rows).slice(2)) terminal.line(line);
  if (inputs) {
    terminal.line('');
    const hasOptional = inputs.some(({ optional }) => optional);
    for (const line of table(
      ['input', 'type', ...(hasOptional ? [' '] : [])],
      inputs.map(({ name, type, optional }) => [
        name,
        type ?? 'not stated',
        ...(hasOptional ? [optional ? 'optional' : ''] : []),
      ]),
    ))
      terminal.line(line);
  } else terminal.line('The files do not name the inputs; `--open` asks the model.');
  if (model.needs.length > 0) {
    terminal.line('');
    for (const line of table(
      ['needs', 'saved with', 'installed'],
      model.needs.map(({ name, savedWith, installed }) => [name, savedWith ?? '–', installed ?? 'MISSING']),
    ))
      terminal.line(line);
  }
  if (model.install !== null) terminal.note(`\`${model.install}\` installs what is missing.`);
  if (stated.runsCode)
    terminal.note('Opening this model runs the code in its files. Open it only if you trust where it comes from.');
  for (const text of [...stated.refusals, ...(described?.warnings ?? [])]) terminal.note(text);
}

function pythonLine({ python, needs }: ModelInspection): string {
  if (needs.length === 0) return 'not needed';
  return python
    ? `${python.path}${python.version === null ? '' : `, ${python.version}`} (${python.why})`
    : 'NONE FOUND';
}

function predicts({ kind, classes, scores }: NonNullable<ModelInspection['described']>): string {
  const what = classes ? `one of ${classes.join(', ')}` : (kind ?? 'not stated');
  return scores === 'none' ? what : `${what}, with ${scores === 'probability' ? 'probabilities' : 'decision scores'}`;
}
