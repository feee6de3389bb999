import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { ProjectError } from '../../../engine/base/errors.ts';
import { foreignSources, judgeSubject } from '../../../engine/overview/dataViews.ts';
import { parseTime } from '../../../engine/project/parseTime.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { QualityReport } from '../../../protocol/dataProfile.ts';
import type { CommandContext } from '../../context.ts';
import { subjectGiven } from '../../dataPlace.ts';
import { datasetTable } from '../../../engine/overview/dataSubject.ts';
import { duration } from '../../../words/times.ts';
import { count } from '../../../words/numbers.ts';

export interface DataQualityOptions {
  target?: string;
  now?: string;
}

/**
 * `loopwright data quality DATA`: completeness, uniqueness, validity, freshness and relevance, for a person to read.
 */
export async function dataQuality(
  context: CommandContext,
  text: string | undefined,
  options: DataQualityOptions,
): Promise<number> {
  const { found, place } = await subjectGiven(context, text);
  const now = options.now === undefined ? Date.now() : parseTime(options.now);
  if (now === null)
    throw new ProjectError(`\`${options.now}\` is not a time such as 2026-01-31 or 2026-01-31T13:45:00Z.`);
  const report = await withDatabase(context.signal, async (db) => {
    const foreign = await foreignSources(db, found.schema, (dataset) => datasetTable(place, dataset));
    return judgeSubject(db, found, {
      now,
      foreign,
      target: options.target,
    });
  });
  if (context.json) context.printJson(report);
  else for (const line of qualityLines(found.title, report)) context.terminal.line(line);
  return exitCodes.done;
}

function qualityLines(title: string, report: QualityReport): string[] {
  const { completeness, uniqueness, validity, freshness, relevance } = report;
  const lines = [
    `${title}  ${count(report.rows)} rows`,
    '',
    `Completeness  ${percent(completeness.share)} of values are present.`,
  ];
  for (const { column, share } of completeness.worst) lines.push(`                ${column}: ${percent(share)}`);
  for (const { column, text, rows, missing } of completeness.markers ?? [])
    lines.push(
      `                ${column}: \`${text}\` in ${count(rows)} ${rows === 1 ? 'row' : 'rows'} ${missing ? 'counts as missing' : 'can stand for a missing value, and does not count as one; add it to missingValues if it does'}`,
    );
  lines.push(
    `Uniqueness    ${uniqueness.repeatedRows === 0 ? 'No row is repeated.' : `${count(uniqueness.repeatedRows)} rows repeat an earlier row.`}`,
  );
  for (const { key, repeated } of uniqueness.keys) lines.push(`                ${key}: ${count(repeated)} repeated`);
  lines.push(
    `Validity      ${validity === null ? 'not known: the data has no schema. Run `loopwright data infer` to create one.' : `${count(validity.validRows)} of ${count(report.rows)} rows meet the schema.`}`,
  );
  for (const text of [...(validity?.problems ?? []), ...(validity?.rules ?? []).map(({ message }) => message)])
    lines.push(`                ${text}`);
  lines.push(
    `Freshness     ${freshness === null ? 'not known: no column has the role timestamp.' : `the newest row is ${freshness.ageMs < 0 ? `${age(-freshness.ageMs)} ahead of now` : `${age(freshness.ageMs)} old`} (${freshness.column}, ${new Date(freshness.oldest).toISOString().slice(0, 10)} to ${new Date(freshness.newest).toISOString().slice(0, 10)}).`}`,
  );
  if (relevance === null)
    lines.push('Relevance     not known: no column has the role target; name one with `--target COLUMN`.');
  else {
    const told = relevance.columns.filter(({ relevant }) => relevant);
    lines.push(
      `Relevance     ${told.length} of ${relevance.columns.length} columns explain more of ${relevance.target} than chance${relevance.sampled < report.rows ? ` (sample of ${count(relevance.sampled)} rows)` : ''}.`,
    );
    for (const { column, share, mutualInformation, baseline, relevant } of relevance.columns.slice(0, 12))
      lines.push(
        `                ${column}: ${percent(share)} of its uncertainty (mutual information ${Number(mutualInformation.toPrecision(3))} nats, chance below ${Number(baseline.toPrecision(3))})${relevant ? '' : ', no more than chance'}`,
      );
  }
  return lines;
}

function age(ms: number): string {
  const [hour, day] = [3_600_000, 86_400_000];
  if (ms >= 2 * day) return `${count(Math.floor(ms / day))} days`;
  return ms >= 2 * hour ? `${Math.floor(ms / hour)} hours` : duration(ms);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2).replace(/\.?0+$/, '')} %`;
}
