/** A way in which the values of a column go wrong. */
export type Perturbation = 'missing' | 'noise' | 'category_swap' | 'unit_error' | 'typo' | 'out_of_domain';

/** Rows that the model refuses to answer: how many of those that were tried, and its words about the first. */
export interface RefusedRows {
  rows: number;
  of: number;
  message: string;
}

/** A metric of the same rows before and after a perturbation; the interval is that of the change. */
export interface MetricChange {
  before: number;
  after: number;
  /** After minus before. */
  change: number;
  low: number | null;
  high: number | null;
}

/** One column perturbed in one way. */
export interface PerturbedColumn {
  perturbation: Perturbation;
  column: string;
  /** How the values were changed, as half a sentence. */
  how: string;
  /** Rows whose value was changed. */
  changed: number;
  /** Rows with a true value and an answer before and after. */
  n: number;
  /** Rows among them with another answer than before. */
  moved: number;
  /** Null where the model answers every row. */
  refused: RefusedRows | null;
  /** Rows that were answered with nothing. */
  unanswered: number;
  /** By name; empty where too many rows were refused to measure anything. */
  metrics: Record<string, MetricChange>;
}

/** A row whose answer should not have moved, or moved the wrong way. */
export interface RobustnessExample {
  from: string;
  to: string;
  before: number | string;
  after: number | string;
  /** Some columns of the row, as text. */
  row: Record<string, string>;
}

/** A share of rows with its interval. */
interface RowShare {
  column: string;
  /** Rows that were tried and answered. */
  n: number;
  rows: number;
  share: number;
  low: number;
  high: number;
  refused: RefusedRows | null;
  /** The worst first. */
  examples: RobustnessExample[];
}

/** Whether answers stay when a column gets other values. */
export interface InvarianceTest extends RowShare {
  /** The values that each row got. */
  values: string[];
  /** The largest distance of an answer from that before: of the score, or of the value; of classes 0 or 1. */
  largest: number;
}

/** Whether answers only rise, or only fall, with a column. */
export interface DirectionTest extends RowShare {
  direction: 'increasing' | 'decreasing';
  /** The class whose probability is followed; null for a score or a value. */
  of: string | null;
  /** The values that each row got beside its own. */
  steps: number;
  /** The largest step the wrong way. */
  largest: number;
}

/** A test that was not made, and why, as half a sentence. */
export interface UntriedTest {
  test: Perturbation | 'invariant_to' | 'increasing' | 'decreasing';
  column: string;
  why: string;
}

/** How a model bears rows that are not as they should be. */
export interface CardRobustness {
  /** Test rows that were drawn, of those that there are. */
  rows: number;
  of: number;
  seed: number;
  confidence: number;
  /** The metric that the columns are sorted by comes first. */
  metrics: string[];
  /** The largest fall first. */
  perturbations: PerturbedColumn[];
  invariances: InvarianceTest[];
  directions: DirectionTest[];
  untried: UntriedTest[];
}
