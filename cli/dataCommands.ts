import { Option, type Command } from 'commander';
import { comparatorKinds } from '../engine/drift/comparators.ts';
import { corrections, profileNames } from '../engine/drift/driftTable.ts';
import { dataDrift, driftHelp, type DataDriftOptions } from './commands/data/drift.ts';
import {
  dataExport,
  dataImport,
  exportFormats,
  importFormats,
  type DataExportOptions,
  type DataImportOptions,
} from './commands/data/exchange.ts';
import { dataDiff, type DataDiffOptions } from './commands/data/diff.ts';
import { dataInfer, type DataInferOptions } from './commands/data/infer.ts';
import { dataLog, type DataLogOptions } from './commands/data/log.ts';
import { dataPreview, type DataPreviewOptions } from './commands/data/preview.ts';
import { dataProfile, type DataProfileOptions } from './commands/data/profile.ts';
import { dataQuality, type DataQualityOptions } from './commands/data/quality.ts';
import { dataRestore } from './commands/data/restore.ts';
import { dataShow } from './commands/data/show.ts';
import { dataValidate, type DataValidateOptions } from './commands/data/validate.ts';
import type { CommandContext } from './context.ts';

/** How `main.ts` runs the work of a command. */
export type Action = <O extends object>(
  work: (context: CommandContext, args: string[], options: O) => Promise<number>,
) => (...received: unknown[]) => Promise<void>;

/**
 * The commands under `loopwright data`, one file each in commands/data/. `sub` adds one with the shared options.
 */
export function registerDataCommands(sub: (name: string, description: string) => Command, action: Action): void {
  sub('profile <data>', 'summarize each column of a file, dataset or version')
    .option('--columns <names>', 'only these columns, separated by commas')
    .option('--target <column>', 'also show how each column relates to this one')
    .option('--html <file>', 'write a self-contained HTML page instead')
    .action(action<DataProfileOptions>((context, [data], options) => dataProfile(context, data, options)));
  sub('preview <source>', 'show what a collect stage, dataset or file would bring, without writing anything')
    .option('--rows <n>', 'maximum number of rows (default: 20)')
    .option('--all', 'show the first rows of the source, also when only new rows would be added')
    .option('--run-command', 'run the command of a command source; otherwise its last output is shown')
    .action(action<DataPreviewOptions>((context, [source], options) => dataPreview(context, source, options)));
  sub('quality <data>', 'measure completeness, uniqueness, validity, freshness and relevance')
    .option('--target <column>', 'the column to predict (default: the target of the schema)')
    .option('--now <time>', 'compute the age of the data as of this time')
    .action(action<DataQualityOptions>((context, [data], options) => dataQuality(context, data, options)));
  sub('validate <data>', 'check every row against a schema')
    .option('--schema <file>', "a dataset schema in YAML or JSON (default: the dataset's own)")
    .option('--environment <name>', 'environment of the schema, such as training or serving')
    .option('--quarantine <file>', 'write the rows that violate the schema, with the reasons, as CSV')
    .action(action<DataValidateOptions>((context, [data], options) => dataValidate(context, data, options)));
  sub('infer <data>', 'infer a schema from data, or update one')
    .option('--output <file>', "the schema file (default: the dataset's own, otherwise printed)")
    .option('--update', 'also widen bounds and add categories to fit the data')
    .action(action<DataInferOptions>((context, [data], options) => dataInfer(context, data, options)));
  sub('import <file>', 'make a dataset schema from Croissant, an MLflow signature or pandera')
    .addOption(
      new Option('--from <format>', 'what the file is (default: told by what it holds)').choices([...importFormats]),
    )
    .option('--table <name>', 'the table to use if there are several')
    .option('--output <file>', 'the schema file (default: printed)')
    .action(action<DataImportOptions>((context, [file], options) => dataImport(context, file, options)));
  sub('export <schema>', 'write a dataset schema for other tools')
    .addOption(new Option('--to <format>', 'the format (default: table-schema)').choices([...exportFormats]))
    .option('--output <file>', 'the file (default: printed)')
    .action(action<DataExportOptions>((context, [schema], options) => dataExport(context, schema, options)));
  sub('log [dataset]', 'list the data versions, newest first')
    .option('--limit <n>', 'maximum number of versions (default: 20)')
    .action(action<DataLogOptions>((context, [dataset], options) => dataLog(context, dataset, options)));
  sub(
    'show <version>',
    'show a version with its profile: its id, a dataset, DATASET@ID, DATASET@latest or DATASET~1',
  ).action(action((context, [version]) => dataShow(context, version)));
  sub(
    'diff <before> [after]',
    'compare two versions, datasets or files; a single version is compared with the previous one',
  )
    .option('--key <columns>', 'key columns, separated by commas (default: the primaryKey of the schema)')
    .option('--examples <n>', 'number of rows of each kind to show (default: 10)')
    .action(action<DataDiffOptions>((context, [before, after], options) => dataDiff(context, before, after, options)));
  sub('restore <dataset> <version>', 'restore the files of a version; the replaced files are kept as a version').action(
    action((context, [dataset, version]) => dataRestore(context, dataset, version)),
  );
  sub('drift <reference> <current>', 'compare two tables column by column')
    .addOption(
      new Option('--profile <name>', 'profile with the measures, thresholds and rules')
        .choices([...profileNames])
        .default('loopwright'),
    )
    .option('--columns <names>', 'only these columns, separated by commas')
    .option('--measure <name>', 'use this measure where it applies')
    .option('--threshold <number>', "threshold to use instead of the measure's own")
    .addOption(
      new Option(
        '--correction <name>',
        'correction of p-values for multiple tests (default: benjamini-hochberg for loopwright, else none)',
      ).choices([...corrections]),
    )
    .option(
      '--significance <number>',
      'profile loopwright: a corrected p-value below this is no chance (default: 0.01)',
    )
    .addOption(
      new Option(
        '--comparator <kind>',
        'settings of the schema to use: drift (between times) or skew (between training and serving)',
      )
        .choices([...comparatorKinds])
        .default('drift'),
    )
    .option('--fail-on-drift', 'exit with 1 if a column or the dataset drifted')
    .addHelpText('after', driftHelp)
    .action(
      action<DataDriftOptions>((context, [reference, current], options) =>
        dataDrift(context, reference, current, options),
      ),
    );
}
