import { WorkError } from '../base/errors.ts';
import type { OpenedModel, RawAnswers } from './flavours/flavour.ts';

/**
 * Gives the classes of a model other names, in its order: those that a label encoder turned into 0, 1, … before the
 * training. Throws WorkError when their number differs.
 */
export function withClasses(model: OpenedModel, classes: readonly string[]): OpenedModel {
  const { description } = model;
  const own = description.classes ?? classes.map((_, i) => String(i));
  if (own.length !== classes.length)
    throw new WorkError(
      `The model has ${own.length} classes, ${own.join(', ')}, and \`classes\` names ${classes.length}: ${classes.join(', ')}.`,
    );
  const names = new Map(own.map((name, i) => [name, classes[i] ?? name]));
  const renamed = (text: string | null) => (text === null ? null : (names.get(text) ?? text));
  const rename = (answers: RawAnswers): RawAnswers => {
    if (answers.kind === 'labels') return { kind: 'labels', values: answers.values.map(renamed) };
    if (answers.kind === 'scores')
      return answers.classes ? { ...answers, classes: answers.classes.map((name) => renamed(name) ?? name) } : answers;
    const texts = Array.from(answers.values, (value) => (Number.isNaN(value) ? null : String(value)));
    return texts.every((text) => text === null || names.has(text))
      ? { kind: 'labels', values: texts.map(renamed) }
      : answers;
  };
  return {
    description: { ...description, classes: [...classes], kind: 'classification' },
    answer: async (...request) => rename(await model.answer(...request)),
    // A file of class numbers is read by the model's own names, so only scores are written to one.
    answerFile: description.scores === 'none' ? undefined : model.answerFile?.bind(model),
    close: () => model.close(),
  };
}
