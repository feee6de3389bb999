import { join } from 'node:path';
import { FileCoverage, StatementCoverage, Uri } from 'vscode';
import type { SliceCoverage } from '../../protocol/gates.ts';
import { rangeOf } from './gateItems.ts';

/** The coverage of a dataset's fields and values, with the parts that it is made of. */
export class SliceFileCoverage extends FileCoverage {
  readonly details: StatementCoverage[];

  constructor(uri: Uri, details: StatementCoverage[]) {
    super(uri, { covered: details.filter(({ executed }) => Number(executed) > 0).length, total: details.length });
    this.details = details;
  }
}

/** How many test rows each field and value of a dataset had in the slices of a validation, as test coverage. */
export function fileCoverage(root: string, { file, parts }: SliceCoverage): SliceFileCoverage {
  return new SliceFileCoverage(
    Uri.file(join(root, file)),
    parts.map(({ place, rows }) => new StatementCoverage(rows, rangeOf(place))),
  );
}
