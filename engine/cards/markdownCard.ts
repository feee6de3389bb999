import { stringify } from 'yaml';
import { boundText, measuredText } from '../../words/gates.ts';
import { comparedText } from '../../words/comparison.ts';
import { leftOutText } from '../../words/leftOut.ts';
import { metricText } from '../../words/metrics.ts';
import { count, number, percent } from '../../words/numbers.ts';
import type { Estimate } from '../../protocol/estimate.ts';
import type { CardParts, ModelCard } from '../../protocol/modelCard.ts';
import { fairnessSections, sliceSections } from './groupSections.ts';
import { intervalText, plain, table } from './markdownTable.ts';
import { cardHeadings } from '../project/modelCard/writtenCard.ts';
import { robustnessSections } from './robustnessSections.ts';

/**
 * A card as Markdown with the front matter of Hugging Face's model cards: `model-index` holds the metrics of the validation
 * as `huggingface_hub` loads them. `front` are the keys that people wrote, such as `license` and `language`.
 */
export function markdownCard(card: ModelCard, front: Readonly<Record<string, unknown>> = {}): string {
  return `---\n${stringify(frontMatter(card, front), { lineWidth: 0 })}---\n\n${sections(card).join('\n\n')}\n`;
}

const tasks = {
  binary: { type: 'tabular-classification', name: 'Tabular classification' },
  multiclass: { type: 'tabular-classification', name: 'Tabular classification' },
  multilabel: { type: 'tabular-classification', name: 'Multilabel classification' },
  regression: { type: 'tabular-regression', name: 'Tabular regression' },
  ranking: { type: 'other', name: 'Ranking' },
} as const;

/** Libraries as Hugging Face names them, by flavour. */
const libraries: Readonly<Record<string, string>> = { sklearn: 'sklearn', keras: 'keras', pytorch: 'pytorch' };

function frontMatter(card: ModelCard, front: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const task = tasks[card.task as keyof typeof tasks] ?? tasks.binary;
  const written = front['tags'];
  const tags = [...(Array.isArray(written) ? written.map(String) : []), 'loopwright', task.type];
  const library = libraries[card.facts.flavour ?? ''];
  return {
    ...(library !== undefined && { library_name: library }),
    pipeline_tag: task.type,
    ...front,
    tags: [...new Set(tags)],
    'model-index': [
      {
        name: card.model,
        results: [
          {
            task,
            dataset: {
              name: card.data.dataset,
              type: card.data.dataset,
              split: 'test',
              ...(card.data.hash !== '' && { revision: card.data.hash }),
            },
            metrics: Object.entries(card.performance).map(([name, estimate]) => metricOf(name, estimate)),
          },
        ],
      },
    ],
  };
}

/** Each label as a table, NDCG over k, and what is not computed. */
function labelSections({ plots, task }: ModelCard): string[] {
  const shown = (name: string, one: Estimate | null) =>
    one ? `${metricText(name, one.value)} ${intervalText(name, one)}` : '–';
  const labels = plots?.labels ?? [];
  const ndcg = (plots?.ndcg ?? []).filter(({ k }) => [1, 3, 5, 10, 20, 50].includes(k));
  const leftOut = leftOutText(task);
  return [
    ...(labels.length === 0
      ? []
      : [
          '## Labels',
          table(
            ['Label', 'True rows', 'Precision', 'Recall', 'F1', 'ROC-AUC'],
            labels.map(({ label, n, precision, recall, f1, rocAuc }) => [
              label,
              count(n),
              shown('precision', precision),
              shown('recall', recall),
              shown('f1', f1),
              shown('roc_auc', rocAuc),
            ]),
          ),
        ]),
    ...(ndcg.length === 0
      ? []
      : [
          '## NDCG over k',
          table(
            ['k', 'NDCG', 'Interval'],
            ndcg.map(({ k, value, low, high }) => [
              String(k),
              metricText('ndcg', value),
              `${metricText('ndcg', low)} to ${metricText('ndcg', high)}`,
            ]),
          ),
        ]),
    ...(leftOut === null ? [] : [leftOut]),
  ];
}

function metricOf(name: string, { value, low, high, confidence, n }: Estimate): object {
  const interval = low === null || high === null ? {} : { low, high, confidence };
  return { type: name, value, name, args: { n, ...interval } };
}

function sections(card: ModelCard): string[] {
  const { facts, data, run } = card;
  const [origin, threshold] = [run, facts.outputs?.threshold ?? null];
  return [
    `# ${plain(card.model)} v${card.version}`,
    `${plain(card.verdict.text)}${card.aliases.length > 0 ? ` Aliases: ${card.aliases.map(plain).join(', ')}.` : ''}`,
    table(
      ['', ''],
      [
        ['Task', `${card.task}, target \`${card.target}\``],
        ['Algorithm', card.algorithm],
        ['Flavour', facts.flavour ?? 'unknown'],
        ['Size', facts.bytes === null ? 'unknown' : `${count(facts.bytes)} bytes`],
        ['SHA-256 of the files', facts.hash ?? 'unknown'],
        ['Made', new Date(card.createdAt).toISOString()],
        ['Run', origin ? `${origin.name} (${origin.runId}), seed ${origin.seed ?? 'none'}` : 'unknown'],
        ['Commit', origin?.commit ? `${origin.commit}${origin.dirty ? ', with uncommitted changes' : ''}` : 'unknown'],
      ],
    ),
    ...writtenSections(card, ['intendedUse', 'outOfScope']),
    '## Metrics',
    `On ${count(data.rows.test)} test rows.`,
    table(
      ['Metric', 'Value', 'Interval', 'n'],
      Object.entries(card.performance).map(([name, one]) => [
        `\`${name}\``,
        metricText(name, one.value),
        intervalText(name, one),
        count(one.n),
      ]),
    ),
    ...(threshold === null
      ? []
      : [
          `Scores from ${metricText('threshold', threshold)} on are positive: ${plain(facts.outputs?.thresholdRule ?? 'nothing says why')}.`,
        ]),
    '## Gates',
    card.gates.length === 0
      ? 'No gates are declared.'
      : table(
          ['Gate', 'Outcome', 'Value', 'Must be', 'n'],
          card.gates.map((gate) => [
            `\`${gate.gate}\``,
            gate.kind === 'undecidable' ? 'undecidable' : gate.passed ? 'passed' : 'failed',
            measuredText(gate) || gate.note,
            boundText({ ...gate, at_confidence: gate.atConfidence }),
            count(gate.n),
          ]),
        ),
    ...comparisonSentences(card),
    ...(card.record.override
      ? [`Overridden by ${plain(card.record.override.actor)}: ${plain(card.record.override.reason)}`]
      : []),
    ...labelSections(card),
    ...sliceSections(card),
    ...fairnessSections(card),
    ...robustnessSections(card),
    ...(card.calibration.length === 0
      ? []
      : [
          '## Calibration',
          table(
            ['Mean score', 'Share of positives', 'n'],
            card.calibration.map((bin) => [number(bin.meanScore), percent(bin.positiveRate), count(bin.n)]),
          ),
        ]),
    ...writtenSections(card, ['limitations', 'ethics', 'oversight']),
    '## Data',
    `Dataset \`${plain(data.dataset)}\`, SHA-256 ${data.hash || 'unknown'}: ${count(data.rows.train)} training, ${count(data.rows.validation)} validation and ${count(data.rows.test)} test rows, ${count(data.quarantined)} quarantined${data.period ? `, from ${data.period.from} to ${data.period.to}` : ''}.`,
    table(
      ['Feature', 'Kind', 'Missing'],
      card.features.map(({ name, kind, missing }) => [name, kind, percent(missing)]),
    ),
    '## Params and environment',
    table(
      ['', ''],
      [...Object.entries(card.params), ...Object.entries(card.environment)].map(([key, value]) => [key, String(value)]),
    ),
    ...healthSections(card),
    '## How to reproduce',
    card.reproduce === '' ? 'Not known.' : fenced(card.reproduce),
  ].filter((part) => part !== '');
}

function comparisonSentences({ comparison }: ModelCard): string[] {
  return comparison ? [comparedText(comparison).join(' ')] : [];
}

function writtenSections(card: ModelCard, keys: readonly (keyof CardParts)[]): string[] {
  return keys.flatMap((key) => [`## ${cardHeadings[key][0]}`, card[key] ?? '_Not provided._']);
}

function healthSections({ health }: ModelCard): string[] {
  if (health.length === 0) return [];
  return [
    '## Production',
    table(
      ['Deployment', 'Predictions', 'Monitor', 'Last window'],
      health.map(({ deployment, predictions, monitor, lastWindow }) => [
        deployment,
        count(predictions),
        monitor ?? 'none',
        lastWindow ? `${lastWindow.status}, ${count(lastWindow.rows)} rows` : 'none',
      ]),
    ),
  ];
}

function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([marks]) => marks.length + 1)));
  return `${fence}sh\n${text}\n${fence}`;
}
