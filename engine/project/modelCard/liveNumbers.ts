import { count } from '../../../words/numbers.ts';
import { metricText } from '../../../words/metrics.ts';
import type { ModelCard } from '../../../protocol/modelCard.ts';

/** `{{ metrics.roc_auc }}` in the prose of a card. */
const pattern = /\{\{[ \t]*([^{}\n]{1,200}?)[ \t]*\}\}/g;

/** What live numbers name: the numbers of one version. */
export interface CardNumbers extends Pick<ModelCard, 'model' | 'version' | 'performance'> {
  rows: ModelCard['data']['rows'];
  threshold: number | null;
}

/** Each live number of a text with its place; `value` is null where the card has no such number. */
export function liveNumbers(
  text: string,
  card: CardNumbers | null,
): { name: string; start: number; end: number; value: string | null }[] {
  return [...text.matchAll(pattern)].map((match) => ({
    name: match[1] ?? '',
    start: match.index,
    end: match.index + match[0].length,
    value: card === null ? null : numberOf(match[1] ?? '', card),
  }));
}

/** A text with its live numbers filled in; those that the card does not have stay as they are. */
export function fillNumbers(text: string, card: CardNumbers): string {
  return text.replaceAll(pattern, (written, name: string) => numberOf(name, card) ?? written);
}

/** The names that a live number may have. */
export function numberNames(card: CardNumbers): string[] {
  return [
    'model',
    'version',
    'threshold',
    ...(['train', 'validation', 'test'] as const).map((part) => `rows.${part}`),
    ...Object.keys(card.performance).flatMap((name) => [`metrics.${name}`, `metrics.${name}.interval`]),
  ];
}

function numberOf(name: string, { performance, rows, version, model, threshold }: CardNumbers): string | null {
  if (name === 'model') return model;
  if (name === 'version') return `v${version}`;
  if (name === 'threshold') return threshold === null ? null : metricText('threshold', threshold);
  const part = /^rows\.(train|validation|test)$/.exec(name)?.[1] as keyof typeof rows | undefined;
  if (part) return count(rows[part]);
  const [, metric = '', of] = /^metrics\.([^.]+)(?:\.(interval))?$/.exec(name) ?? [];
  const found = Object.hasOwn(performance, metric) ? performance[metric] : undefined;
  if (!found) return null;
  if (of === undefined) return metricText(metric, found.value);
  return found.low === null || found.high === null
    ? null
    : `${metricText(metric, found.low)} to ${metricText(metric, found.high)}`;
}
