import type { DataComparison, QualityReport } from '../../protocol/dataProfile.ts';
import { count, plural } from '../../words/numbers.ts';
import { timeText } from '../../words/times.ts';
import { share, visible } from './text.ts';

export interface Verdict {
  tone: 'good' | 'warn' | 'plain';
  text: string;
}

/** The data quality in one sentence: rules, missing values, duplicate rows, age. */
export function verdictOf(quality: QualityReport, now: number): Verdict {
  if (quality.rows === 0) return { tone: 'warn', text: 'The table has no rows.' };
  const { validity, completeness, uniqueness, freshness } = quality;
  const invalid = validity ? quality.rows - validity.validRows : 0;
  const keys = uniqueness.keys.filter(({ repeated }) => repeated > 0);
  const parts = [
    validity === null
      ? 'no schema to check its rows'
      : invalid > 0
        ? `${plural(invalid, 'row')} of ${count(quality.rows)} ${invalid === 1 ? 'breaks' : 'break'} a rule`
        : validity.problems.length > 0
          ? (validity.problems[0] ?? '').replace(/\.$/, '')
          : validity.rules.some(({ count: n }) => n > 0)
            ? `${plural(validity.rules.filter(({ count: n }) => n > 0).length, 'rule')} raised warnings`
            : 'every row is valid',
    missingText(completeness),
    uniqueness.repeatedRows > 0
      ? `${plural(uniqueness.repeatedRows, 'row')} ${uniqueness.repeatedRows === 1 ? 'is' : 'are'} repeated`
      : 'no row is repeated',
    ...keys.map(
      ({ key, repeated }) =>
        `${plural(repeated, 'value')} of the key ${visible(key)} ${repeated === 1 ? 'is' : 'are'} repeated`,
    ),
    ...(freshness ? [`the newest row is from ${timeText(freshness.newest, now)}`] : []),
  ];
  const tone =
    invalid > 0 ||
    (validity?.problems.length ?? 0) > 0 ||
    keys.length > 0 ||
    uniqueness.repeatedRows > 0 ||
    completeness.share < 0.8
      ? 'warn'
      : validity === null
        ? 'plain'
        : 'good';
  return { tone, text: sentence(parts) };
}

function missingText({ share: filled, worst }: QualityReport['completeness']): string {
  if (filled >= 1) return 'nothing is missing';
  const [most] = worst.toSorted((a, b) => a.share - b.share);
  return `${share(1 - filled)} of the values are missing${most && most.share < 1 ? `, most in ${visible(most.column)} (${share(1 - most.share)})` : ''}`;
}

/** The changes in one sentence. */
export function changeOf(comparison: DataComparison): Verdict {
  const { reference, current, added, removed, retyped, columns } = comparison;
  const drifted = columns.filter((column) => column.drifted);
  const rows = current.rows - reference.rows;
  const names = drifted
    .slice(0, 3)
    .map(({ column }) => visible(column))
    .join(', ');
  const parts = [
    drifted.length === 0
      ? `none of ${plural(columns.length, 'column')} drifted`
      : `${count(drifted.length)} of ${plural(columns.length, 'column')} drifted: ${names}${drifted.length > 3 ? ` and ${count(drifted.length - 3)} more` : ''}`,
    rows === 0
      ? `the same number of rows as before (${count(current.rows)})`
      : `${plural(Math.abs(rows), 'row')} ${rows > 0 ? 'more' : 'fewer'} than the ${count(reference.rows)} before`,
    ...(added.length > 0 ? [`${plural(added.length, 'column')} added`] : []),
    ...(removed.length > 0 ? [`${plural(removed.length, 'column')} removed`] : []),
    ...(retyped.length > 0 ? [`${plural(retyped.length, 'column')} of another type`] : []),
  ];
  return {
    tone: drifted.length + added.length + removed.length + retyped.length > 0 ? 'warn' : 'good',
    text: `Compared with ${visible(reference.title)}: ${parts.join('; ')}.`,
  };
}

function sentence(parts: string[]): string {
  const text = `${parts.join('; ')}.`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
