import type { Command } from 'commander';
import { dataLabel, type DataLabelOptions } from './commands/data/label.ts';
import { dataLabels, type DataLabelsOptions } from './commands/data/labels.ts';
import type { Action } from './dataCommands.ts';

/** The commands under `loopwright data` about labels. */
export function registerLabelCommands(sub: (name: string, description: string) => Command, action: Action): void {
  sub('label [task]', 'label rows one by one with the keys 1 to 9, or append one label')
    .option('--labeller <name>', "who labels (default: git's user.name, else the account)")
    .option('--key <value>', 'the row to label')
    .option('--label <value>', 'its label')
    .option('--skip', 'skip the row instead')
    .option('--undo', 'undo the last decision of this labeller')
    .action(action<DataLabelOptions>((context, [task], options) => dataLabel(context, task, options)));
  sub('labels [task]', 'show the progress, the agreement of labellers and the quality of the rules')
    .option('--output <file>', 'also write one label per row, from labellers or else from rules, as CSV or Parquet')
    .action(action<DataLabelsOptions>((context, [task], options) => dataLabels(context, task, options)));
}
