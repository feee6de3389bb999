/**
 * The code of a run as the column `runs.code` holds it. All fields are optional and new ones may come; a change of the
 * meaning of one adds a `format`, which no row has so far. Hashes name texts that `textOf` returns.
 */
export interface RunCode {
  branch?: string | undefined;
  remote?: string | undefined;
  /** Folder of the project in its repository, with `/` at the end. */
  root?: string | undefined;
  /** Hash of the patch from the commit to the code that ran. */
  patch?: string | undefined;
  /** New files that are not in the patch. */
  leftOut?: string[] | undefined;
  /** Why there is no patch although files differed. */
  problem?: string | undefined;
  /** The look-back: rows older than this before the time of the run were not read. Milliseconds. */
  window?: number | undefined;
  /** Start of the change that the run answered; epoch milliseconds. */
  regime?: number | undefined;
  /** The run fitted models that passed their gates again on all rows. */
  refits?: true | undefined;
  /** Hash of the lock entries of the stages, as JSON by stage. */
  made?: string | undefined;
}

export function codeText(code: RunCode): string {
  return JSON.stringify(code);
}

export function readCode(text: string): RunCode {
  return JSON.parse(text) as RunCode;
}
