import type { Table } from '../../data/table.ts';
import type { Task } from '../../evaluation/predictions.ts';
import type { Variables } from '../../base/programEnvironment.ts';
import type { FoundPython } from '../../python/findPython.ts';

/** Type of an input. Dates and times are `datetime`: epoch milliseconds, UTC, in a table. */
export type InputType = 'number' | 'integer' | 'boolean' | 'text' | 'datetime';

/** An input of a model, in the order in which the model takes them. */
export interface ModelInput {
  name: string;
  /** Null when the model does not say; the schema of the dataset decides then. */
  type: InputType | null;
  /** True when the column may be absent; the model fills it by itself. */
  optional: boolean;
}

/** An input whose type is known. */
export interface TypedInput {
  name: string;
  type: InputType;
}

/** The facts that the files of a model state, found without running any code of the model. */
export interface StatedFacts {
  /** Class of the estimator or kind of the graph, when the files name it: `lightgbm.LGBMClassifier`. */
  algorithm: string | null;
  /** Null when the files do not name the inputs. */
  inputs: ModelInput[] | null;
  /** Versions that the model was saved with, by the name of the package; `python` among them. */
  packages: Record<string, string>;
  /** Python packages that scoring needs. Empty when it runs in this process. */
  needs: string[];
  /** True when opening the files runs code in them, as pickles do. */
  runsCode: boolean;
  /** Demands of the files that cannot be met, each a sentence. A model with refusals is not opened. */
  refusals: string[];
}

/** The files of a model: one file, or a folder. */
export interface ModelFiles {
  /** Absolute path of the file or folder. */
  path: string;
  /** Name of the object in a Python file, such as `predict` for `model.py:predict`; else null. */
  object: string | null;
  isFolder: boolean;
  /** Paths of the files, relative to the folder, with forward slashes; the name itself for one file. */
  names: string[];
  /** Reads at most `most` bytes of a file, from its beginning. Default: all of it. */
  read(name: string, most?: number): Buffer;
}

/** A model whose flavour was recognised. */
export interface RecognisedModel {
  /** Name of the flavour. */
  flavour: string;
  /** Absolute path of the model: the file or folder that was recognised, with `:name` for an object of Python. */
  path: string;
  stated: StatedFacts;
}

/** The description of an opened model, by the model itself. */
export interface ModelDescription {
  /** Name of the algorithm for display: `Pipeline(ColumnTransformer, RandomForestClassifier)`. */
  algorithm: string;
  /** The program that scores, for display: `scikit-learn 1.9.1, Python 3.11.7`. */
  runtime: string;
  inputs: ModelInput[] | null;
  /** Number of inputs when their names are unknown; else null. */
  width: number | null;
  /** Null when the model does not say. */
  kind: 'classification' | 'multilabel' | 'regression' | null;
  /** Classes in the order of the columns of the scores, as texts: `true`, `1`, `fraud`. Null when not known. */
  classes: string[] | null;
  /** probability: 0 to 1. decision: any number, larger for the positive class. none: only the class or the value. */
  scores: 'probability' | 'decision' | 'none';
  /** Versions at work, by the name of the package; `python` among them. */
  packages: Record<string, string>;
  /** Differences to the environment that the model was saved with, each a sentence that names both versions. */
  warnings: string[];
  /** True when a row may lack any input, which then counts as missing. Otherwise null has to be written. */
  takesAbsent?: boolean | undefined;
  /** Number of known values, by categorical input, where the model states it. */
  levels?: Record<string, number> | undefined;
  /** The target that the model was trained for, when it is saved with it; else the schema of the data says it. */
  trainedFor?: { target: string; task: Task; positive: string | null } | undefined;
}

/** Raw answers of a model for the rows of a table. */
export type RawAnswers =
  /**
   * One column per class or label in the order of `classes`, or one column: the score of the positive class. An answer that
   * names its columns has their names as `classes`.
   */
  | { kind: 'scores'; columns: Float64Array[]; classes?: readonly string[] | undefined }
  /** The values of a regression, or numbers whose meaning the model does not state. */
  | { kind: 'values'; values: Float64Array }
  /** The predicted classes, in the form of `classes`. */
  | { kind: 'labels'; values: (string | null)[] };

/** A request to score a file of any size. */
export interface FileRequest {
  /** Parquet with the inputs as columns, in their order. */
  input: string;
  /** Parquet that is written: columns `c0`, `c1`, … of numbers (scores or the value), or `label` of texts. */
  output: string;
  inputs: readonly TypedInput[];
  signal?: AbortSignal | undefined;
  /** Called with the number of scored rows. */
  onRows?: ((rows: number) => void) | undefined;
}

/** Whether the process that scores a model answers. */
export interface ModelState {
  /** starting: no process is ready yet; requests wait for it. failed: the last one could not be started. */
  state: 'ready' | 'starting' | 'failed';
  /** Why it could not be started; null unless failed. */
  error: string | null;
}

/** An opened model. Errors: DataError when the rows are at fault, WorkError when the model or its environment is. */
export interface OpenedModel {
  description: ModelDescription;
  /** Scores the rows of a table; `inputs` names its columns in the order of the model. */
  answer(table: Table, inputs: readonly TypedInput[], signal?: AbortSignal): Promise<RawAnswers>;
  /** Scores a file in constant memory. Absent when the model is scored in this process. */
  answerFile?: ((request: FileRequest) => Promise<void>) | undefined;
  /** Whether its worker answers now. Absent when the model is scored in this process. */
  state?: (() => ModelState) | undefined;
  /** Releases processes and memory. */
  close(): Promise<void>;
}

/** The means for opening a model. */
export interface ModelTools {
  /** Absolute folder of the project. */
  root: string;
  /** Absolute folder for temporary files. */
  temp: string;
  /** The Python that scores; null when there is none. Throws WorkError when one is named that does not exist. */
  python: () => FoundPython | null;
  /** True when the project names the Python of this model, so that it counts before the one of the validation. */
  namesPython: boolean;
  /** The values of `env_file`, for a model that runs in Python. */
  variables?: () => Variables;
  /** Lines that the model prints, and warnings. */
  log: (line: string) => void;
}

/** How the files of a model become predictions. */
export interface Flavour {
  name: string;
  /** Returns null when the files are of another flavour. Runs no code of the model. */
  recognise(files: ModelFiles): RecognisedModel | null;
  open(model: RecognisedModel, tools: ModelTools): Promise<OpenedModel>;
}
