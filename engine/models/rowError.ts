import { DataError } from '../base/errors.ts';

/** The model refuses a row, which fails alone too. */
export class RowError extends DataError {
  /** From 0. */
  readonly row: number;
  readonly reason: string;
  constructor(row: number, reason: string, options: ConstructorParameters<typeof DataError>[1] = {}) {
    super(`row ${row}: ${reason}`, options);
    this.row = row;
    this.reason = reason;
  }
}
