import type { ModelCard } from '../../protocol/modelCard.ts';
import { betweenText, familyOf, rateTexts } from '../../words/fairness.ts';
import { lossText, searchText, sliceText } from '../../words/foundSlices.ts';
import { metricText } from '../../words/metrics.ts';
import { count, number, percent } from '../../words/numbers.ts';
import { intervalText, plain, table } from './markdownTable.ts';

/** The declared slices of a card as Markdown, and those that the search found. */
export function sliceSections({ slices, foundSlices, data }: ModelCard): string[] {
  const names = [...new Set(slices.flatMap(({ metrics }) => Object.keys(metrics)))];
  const declared =
    slices.length === 0
      ? []
      : [
          table(
            ['Slice', ...names, 'n'],
            slices.map(({ column, value, metrics, n }) => [
              `${column} = ${value}`,
              ...names.map((name) => (metrics[name] ? metricText(name, metrics[name].value) : 'too few rows')),
              count(n),
            ]),
          ),
        ];
  const found = foundSlices
    ? [
        '### Found by search',
        plain(searchText(foundSlices)),
        ...(foundSlices.slices.length === 0
          ? []
          : [
              table(
                ['Slice', 'n', 'Share', lossText(foundSlices.loss), 'Other rows', 'Effect', 'p, corrected'],
                foundSlices.slices.map((slice) => [
                  sliceText(slice),
                  count(slice.n),
                  percent(slice.n / data.rows.test),
                  number(slice.loss, 3),
                  number(slice.restLoss, 3),
                  number(slice.effect, 2),
                  slice.pValue < 1e-4 ? '< 0.0001' : number(slice.pValue, 2),
                ]),
              ),
            ]),
      ]
    : [];
  const all = [...declared, ...found];
  return all.length === 0 ? [] : ['## Slices', ...all];
}

/** Fairness of a card as Markdown: each measure with its parts, the groups, and the people they should be like. */
export function fairnessSections({ fairness, fairnessGroups, representation }: ModelCard): string[] {
  if (fairness.length === 0 && representation.length === 0) return [];
  return [
    '## Fairness',
    ...(fairness.length === 0
      ? []
      : [
          table(
            ['Measure', 'Attribute', 'Value', 'Interval', 'Between', 'To doubt'],
            fairness.flatMap((row) => [
              [
                row.measure,
                row.attribute,
                metricText(row.measure, row.value),
                intervalText(row.measure, row),
                betweenText(row),
                row.warnings.join('; '),
              ],
              ...(row.parts ?? []).map((part) => [
                `${familyOf(row.measure)}: ${rateTexts[part.rate]}`,
                row.attribute,
                metricText(row.measure, part.value),
                intervalText(row.measure, { ...part, confidence: row.confidence }),
                '',
                '',
              ]),
            ]),
          ),
        ]),
    ...fairnessGroups.flatMap(({ attribute, overall, groups, number: all, tooFew }) => {
      const rates = (Object.keys(rateTexts) as (keyof typeof rateTexts)[]).filter(
        (rate) => overall.rates[rate] !== undefined,
      );
      return [
        `### Groups of ${plain(attribute)}`,
        table(
          ['Group', 'n', ...rates.map((rate) => rateTexts[rate])],
          [overall, ...groups].map((group) => [
            group.group,
            count(group.n),
            ...rates.map((rate) => number(group.rates[rate]?.value, 3)),
          ]),
        ),
        ...(tooFew > 0
          ? [`${count(tooFew)} of ${count(all)} groups have fewer than 10 rows: too few for a verdict.`]
          : []),
      ];
    }),
    ...representation.flatMap(({ attribute, groups, test, absent }) => [
      `### Representation of ${plain(attribute)}`,
      table(
        ['Group', 'Rows', 'Share', 'Declared'],
        groups.map((group) => [
          group.group,
          count(group.n),
          percent(group.share),
          group.declared === null ? 'not declared' : percent(group.declared),
        ]),
      ),
      ...(test
        ? [`χ² ${number(test.statistic, 3)} with ${count(test.df)} degrees of freedom, p ${number(test.pValue, 2)}.`]
        : []),
      ...(absent.length > 0 ? [plain(`No test row is of ${absent.join(', ')}.`)] : []),
    ]),
  ];
}
