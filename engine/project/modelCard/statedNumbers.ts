import type { CardNumbers } from './liveNumbers.ts';

/** A number that the prose of a card states of a metric, with its place as offsets. */
export interface StatedNumber {
  metric: string;
  /** As it is written, such as `0.93` or `93 %`. */
  written: string;
  start: number;
  end: number;
  /** Whether the number of the version, rounded as this one is written, is this one. */
  isTrue: boolean;
}

/** What follows a number that is no value of the metric before it: `accuracy 95 % interval`. */
const otherMeaning = /^\s*(?:interval|confidence|CI\b|quantile|percentile|of (?:the )?(?:rows|cases|users|time))/i;

/**
 * The numbers that a text states of metrics of a version: a name of a metric (`roc_auc`, ROC-AUC), perhaps `is`, `was`,
 * `of`, `=`, `:` or `about`, and a number with decimals or a percent sign. Bounds (`at least 0.9`) and what stands in
 * fences, comments and live numbers are none.
 */
export function statedNumbers(text: string, { performance }: Pick<CardNumbers, 'performance'>): StatedNumber[] {
  const blank = (part: string) => ' '.repeat(part.length);
  const prose = text
    .replaceAll(/^ {0,3}(```|~~~)[^]*?(?:^ {0,3}\1|$(?![^]))/gm, blank)
    .replaceAll(/<!--[^]*?(?:-->|$(?![^]))/g, blank)
    .replaceAll(/\{\{[^{}\n]*\}\}/g, blank);
  const found: StatedNumber[] = [];
  // The longest name first: `recall` is a part of `recall at precision`.
  for (const metric of Object.keys(performance).toSorted((a, b) => b.length - a.length)) {
    const value = performance[metric]?.value;
    if (typeof value !== 'number' || !Number.isFinite(value) || !/^\w+$/.test(metric)) continue;
    const name = metric.replaceAll('_', '[ _-]');
    const pattern = new RegExp(
      `(?<![\\w.@{-])${name}(?![\\w@{-])[\`*_]*\\s*(?:(?:is|was|of|=|:|\\||≈|~|about)\\s*){0,2}[\`*_]*(-?\\d+(?:\\.\\d+)?)(\\s?%)?`,
      'gi',
    );
    for (const match of prose.matchAll(pattern)) {
      const [whole, digits = '', percent] = match;
      const decimals = digits.split('.')[1]?.length ?? 0;
      if (decimals === 0 && percent === undefined) continue;
      const end = match.index + whole.length;
      if (otherMeaning.test(prose.slice(end, end + 30)) || /^[\d.,]*\d/.test(prose.slice(end, end + 3))) continue;
      const written = `${digits}${percent ?? ''}`;
      const start = end - written.length;
      if (found.some((other) => start < other.end && other.start < end)) continue;
      const scaled = percent === undefined ? value : value * 100;
      const isTrue = Math.abs(scaled - Number(digits)) <= 0.5 * 10 ** -decimals * (1 + 1e-9);
      found.push({ metric, written, start, end, isTrue });
    }
  }
  return found.toSorted((a, b) => a.start - b.start);
}
