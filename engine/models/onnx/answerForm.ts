import type { ModelDescription } from '../flavours/flavour.ts';
import type { GraphOutputs } from './graphOutputs.ts';

/** How the outputs of a graph become answers. */
export interface AnswerForm {
  kind: 'scores' | 'values' | 'labels';
  scores: ModelDescription['scores'];
  /** Number of columns of the scores; null when it is not known before the first rows. */
  width: number | null;
  /** True when the graph gives the score of the second of two classes only. */
  isSecondOfTwo: boolean;
  /** True when the larger score of two is that of the class that is not predicted. */
  isReversed: boolean;
}

/** Outputs of some made-up rows. They show what the operators of a graph do not. */
export interface Tried {
  /** Predicted classes; null without a label. */
  labels: (string | null)[] | null;
  scores: Float64Array[];
}

/** Decides how the outputs are read. `tried` is null when the graph took no made-up rows. */
export function answerForm(outputs: GraphOutputs, tried: Tried | null): AnswerForm {
  const { label, classes, kind } = outputs;
  const width = tried?.scores.length ?? null;
  const plain = { isSecondOfTwo: false, isReversed: false };
  if (kind === 'regression') return { kind: 'values', scores: 'none', width: width ?? 1, ...plain };
  const isSecondOfTwo = classes?.length === 2 && width === 1;
  const fits = classes === null || width === null || width === classes.length || isSecondOfTwo;
  if (outputs.scores.length === 0 || (label !== null && (!fits || outputs.areVotes)))
    return { kind: 'labels', scores: 'none', width: null, ...plain };
  const scale = outputs.scale ?? (tried && areProbabilities(tried.scores) ? 'probability' : 'decision');
  return {
    kind: 'scores',
    scores: scale,
    width: isSecondOfTwo ? 2 : (width ?? classes?.length ?? null),
    isSecondOfTwo,
    isReversed: scale === 'decision' && tried !== null && classes !== null && areReversed(tried, classes),
  };
}

function areProbabilities(columns: readonly Float64Array[]): boolean {
  const [first] = columns;
  if (!first || columns.length < 2) return false;
  return Array.from(first.keys()).every((row) => {
    const values = columns.map((column) => column[row] ?? Number.NaN);
    const sum = values.reduce((all, value) => all + value, 0);
    return Math.abs(sum - 1) < 1e-3 && values.every((value) => value >= 0 && value <= 1);
  });
}

/**
 * True when the scores of two classes contradict the labels. The decisions of a binary SVC without probabilities come
 * from skl2onnx with their columns swapped.
 */
function areReversed({ labels, scores: [first, second] }: Tried, classes: readonly string[]): boolean {
  if (!labels || !first || !second || classes.length !== 2) return false;
  let contradictions = 0;
  for (const [row, label] of labels.entries()) {
    const difference = ((second[row] ?? 0) - (first[row] ?? 0)) * (label === classes[1] ? 1 : -1);
    contradictions += Math.sign(-difference) || 0;
  }
  return contradictions > 0;
}
