import { findModel } from '../../engine/runner/findModel.ts';
import { validateModel } from '../../engine/runner/validateModel.ts';
import { hasSeveralModels } from '../../engine/project/models.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { versionText } from '../../words/models.ts';
import type { CommandContext } from '../context.ts';
import { runPrinter } from '../runPrinter.ts';

export interface ValidateOptions {
  data?: string;
  model?: string;
  features?: string;
  classes?: string;
  slices?: string;
  fairness?: string;
}

/** `loopwright validate MODEL`: validates a model from anywhere with the gates of the project. */
export async function validate(context: CommandContext, text: string, options: ValidateOptions): Promise<number> {
  const project = context.project();
  const store = context.store();
  const config = context.config();
  const model = findModel(text, { store, config, folders: [process.cwd(), project.root] });
  const outcome = await validateModel({
    project,
    store,
    model,
    name: options.model ?? null,
    data: options.data ?? null,
    features: columns(options.features),
    classes: columns(options.classes),
    slices: groupings(options.slices),
    attributes: groupings(options.fairness),
    signal: context.signal,
    events: runPrinter(context.terminal, { json: context.json }),
    commandLine: ['loopwright validate', text, ...(options.data === undefined ? [] : ['--data', options.data])].join(
      ' ',
    ),
  });
  if (context.json) context.printJson(outcome);
  else {
    const [made] = outcome.registered;
    const name = made && versionText(made, hasSeveralModels(config));
    if (outcome.status === 'finished' && made)
      context.terminal.line(
        `${name} is validated. \`loopwright models promote ${hasSeveralModels(config) ? `${made.name}@` : ''}${made.version}\` makes it the champion.`,
      );
    else if (outcome.error) context.terminal.note(`error: ${outcome.error.message}`);
  }
  return outcome.status === 'finished' ? exitCodes.done : exitCodes.failed;
}

const columns = (text: string | undefined) => text?.split(',').map((name) => name.trim());

/** Columns, and pairs of them such as `sex+race`. */
const groupings = (text: string | undefined) =>
  columns(text)?.map((item) => {
    const [first = '', second, ...more] = item.split('+');
    return second === undefined || more.length > 0 ? item : [first.trim(), second.trim()];
  });
