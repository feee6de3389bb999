import type { Estimate } from './estimate.ts';

export interface PlotPoint {
  x: number;
  y: number;
}

/** The curves of a model on the test rows, of as many points as a card shows. Those that do not fit the task are missing. */
export interface CardPlots {
  /** Share of positives: a model of chance has this precision. */
  share?: number | undefined;
  /** True positive rate by false positive rate. */
  roc?: PlotPoint[] | undefined;
  /** Precision by recall. */
  pr?: PlotPoint[] | undefined;
  /** Share of the positives that are found by the share of rows with the highest scores; over it is the lift. */
  gain?: PlotPoint[] | undefined;
  /** From the highest score down. */
  thresholds?: { threshold: number; precision: number; recall: number; f1: number }[] | undefined;
  /** The threshold that decides. */
  chosen?: number | undefined;
  areProbabilities?: boolean | undefined;
  /** Errors, truth less prediction: their 5th, 50th and 95th percentile by predicted value, in bins of equal count. */
  residuals?: { predicted: number; low: number; median: number; high: number; n: number }[] | undefined;
  /** Rows by true class and decided class. */
  confusion?: { labels: string[]; counts: number[][] } | undefined;
  /** Several labels a row: how well each is found. */
  labels?: CardLabel[] | undefined;
  /** Ranking: NDCG at each k, with its 95 % interval. */
  ndcg?: { k: number; value: number; low: number; high: number }[] | undefined;
}

/** How well a label is found; null where a number is not defined. */
export interface CardLabel {
  label: string;
  /** Rows for which it is true. */
  n: number;
  precision: Estimate | null;
  recall: Estimate | null;
  f1: Estimate | null;
  rocAuc: Estimate | null;
}
