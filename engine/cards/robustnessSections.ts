import type { ModelCard } from '../../protocol/modelCard.ts';
import type { CardRobustness, RefusedRows, RobustnessExample } from '../../protocol/robustness.ts';
import { count, difference, number } from '../../words/numbers.ts';
import {
  exampleText,
  perturbationText,
  refusedText,
  rowShareText,
  triedText,
  untriedText,
} from '../../words/robustness.ts';
import { plain, table } from './markdownTable.ts';

/** The robustness of a card as Markdown: perturbations, declared tests, and what was not tried. */
export function robustnessSections({ robustness }: ModelCard): string[] {
  if (!robustness) return [];
  const { untried } = robustness;
  return [
    '## Robustness',
    plain(triedText(robustness)),
    ...perturbations(robustness),
    ...tests(robustness),
    ...(untried.length === 0 ? [] : [`Not tried: ${untried.map((one) => plain(untriedText(one))).join('; ')}.`]),
  ];
}

function perturbations({ perturbations: all, metrics }: CardRobustness): string[] {
  if (all.length === 0) return ['No column could be perturbed.'];
  return [
    table(
      ['Perturbation', 'Column', 'How', 'Metric', 'Before', 'After', 'Change', 'Interval', 'Rows', 'Refused'],
      all.flatMap((one) => {
        const found = metrics.flatMap((name) => {
          const change = one.metrics[name];
          return change ? [{ name, change }] : [];
        });
        const base = [perturbationText(one.perturbation), one.column, one.how];
        if (found.length === 0) return [[...base, 'none', '', '', '', '', count(one.n), refusedCell(one.refused)]];
        return found.map(({ name, change: { before, after, change, low, high } }) => [
          ...base,
          `\`${name}\``,
          number(before),
          number(after),
          difference(change),
          low === null || high === null ? 'none' : `${difference(low)} to ${difference(high)}`,
          count(one.n),
          refusedCell(one.refused),
        ]);
      }),
    ),
  ];
}

function tests({ invariances, directions }: CardRobustness): string[] {
  if (invariances.length + directions.length === 0) return [];
  return [
    table(
      ['Test', 'Column', 'Rows against it', 'Largest', 'Refused', 'Worst examples'],
      [
        ...invariances.map((one) => [
          'invariant to',
          one.column,
          rowShareText(one),
          number(one.largest),
          refusedCell(one.refused),
          examplesCell(one.examples),
        ]),
        ...directions.map((one) => [
          one.of === null ? one.direction : `${one.direction}, ${one.of}`,
          one.column,
          rowShareText(one),
          number(one.largest),
          refusedCell(one.refused),
          examplesCell(one.examples),
        ]),
      ],
    ),
  ];
}

function refusedCell(refused: RefusedRows | null): string {
  return refused ? refusedText(refused) : '';
}

function examplesCell(examples: readonly RobustnessExample[]): string {
  return examples.map(exampleText).join('; ');
}
