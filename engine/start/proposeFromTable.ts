import type { Proposal } from '../../protocol/start.ts';
import type { Database } from '../data/database.ts';
import { joinNotes, titleOf } from './databaseText.ts';
import { ignoredFiles } from './ignoredFiles.ts';
import type { OpenLook } from './lookAtTable.ts';
import { fewestOfClass, planTable, type TableChoice, type TablePlan } from './tablePlan.ts';
import { projectText } from './tableProjectText.ts';
import { dataSchemaText, featuresSchemaText, ofRows, sqlText } from './tableSchemaTexts.ts';

/**
 * Returns the files of a project that predicts a column of a table. Throws ProjectError when the column cannot be
 * predicted.
 */
export async function proposeFromTable(
  db: Database,
  root: string,
  look: OpenLook,
  choice: TableChoice,
): Promise<Proposal> {
  const plan = await planTable(db, root, look, choice);
  const files: Proposal['files'] = [
    {
      path: 'loopwright.yaml',
      how: 'new',
      about: 'the stages from the data to a validated model',
      text: projectText(plan),
    },
    {
      path: plan.paths.dataSchema,
      how: 'new',
      about: `how each column of ${titleOf(look)} is read`,
      text: dataSchemaText(plan),
    },
    { path: plan.paths.sql, how: 'new', about: 'the columns and rows for the model', text: sqlText(plan) },
    { path: plan.paths.featuresSchema, how: 'new', about: 'the role of each column', text: featuresSchemaText(plan) },
    ...ignoredFiles(root, ['.loopwright/', plan.paths.data, plan.paths.features]),
  ];
  return { files, leftOut: plan.leftOut, features: plan.features.length, notes: notesOf(plan) };
}

function notesOf({ look, goal, dropped, every, rows, time, features, taken, duplicates }: TablePlan): string[] {
  const protectedName =
    /^(sex|gender|race|ethnicity|religion|age_?group|disability|marital(_status)?|nationality|geschlecht)$/i;
  const sensitive = features.filter(({ name }) => protectedName.test(name)).map(({ name }) => `\`${name}\``);
  return [
    ...(goal.warning === null ? [] : [`\`${goal.name}\`: ${goal.warning}.`]),
    ...(dropped.length > 0
      ? [
          `${dropped.length === 1 ? 'A class' : `${dropped.length} classes`} of fewer than ${fewestOfClass} rows ${dropped.length === 1 ? 'is' : 'are'} left out, as they are too rare: ${dropped.slice(0, 5).join(', ')}.`,
        ]
      : []),
    ...(every > 1
      ? [
          `The model learns from one row of ${every}, about ${Math.round(rows / every).toLocaleString('en-US')}, for a quick first result.`,
        ]
      : []),
    ...(duplicates ? [`Duplicate rows are used once: ${ofRows(look, duplicates)}.`] : []),
    ...(time ? [`Rows are split by \`${time.name}\`: the newest rows are the test part.`] : []),
    ...(sensitive.length > 0
      ? [
          `${sensitive.join(', ')} ${sensitive.length === 1 ? 'is' : 'are'} used as ${sensitive.length === 1 ? 'a feature' : 'features'}. Where that is not allowed, give ${sensitive.length === 1 ? 'it' : 'them'} the role \`protected\`.`,
        ]
      : []),
    ...(taken.length > 0
      ? [`These paths exist, so the new files have a number in their name: ${taken.join(', ')}.`]
      : []),
    ...joinNotes(look),
    ...look.notes,
  ];
}
