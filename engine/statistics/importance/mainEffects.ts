import type { Feature } from './features.ts';
import type { RegressionTree } from './regressionTree.ts';

/**
 * A stretch of a numeric feature, or the categories of another, over which a leaf adds to the mean prediction of the
 * tree over all other features.
 */
interface Stretches {
  from: number[];
  to: number[];
  height: number[];
}

/**
 * The variance of the predictions of a tree over the whole space of its features, and the part that each feature
 * explains alone.
 */
export interface TreeVariances {
  total: number;
  alone: Float64Array;
}

/**
 * How much of a tree's variance each feature explains alone (functional ANOVA: Hutter, Hoos and Leyton-Brown 2014,
 * section 3). The space of a numeric feature is 0…1, all of it equally likely; of a category, each of its values as
 * likely as the others. Each leaf is a box of that space; the tree's mean for one value of a feature, taken over all
 * values of the others, is the sum over the boxes that the value is in.
 */
export function treeVariances(tree: RegressionTree, features: readonly Feature[]): TreeVariances {
  const walk = new Walk(tree, features);
  walk.node(0, 1);
  const mean = walk.sum;
  const alone = Float64Array.from(features, (feature, index) =>
    feature.kind === 'number'
      ? varianceOver(walk.stretches[index], walk.sum - (walk.held[index] ?? 0), mean)
      : varianceAmong(walk.heights[index] ?? new Float64Array(0), walk.sum - (walk.held[index] ?? 0), mean),
  );
  return { total: Math.max(0, walk.squares - mean * mean), alone };
}

/** Walks through the boxes of the leaves. */
class Walk {
  /** Sums over the leaves of value × volume, and of value² × volume. */
  sum = 0;
  squares = 0;
  /** Per feature the part of `sum` that comes from leaves that bound it: the others add the same everywhere. */
  readonly held: Float64Array;
  readonly stretches: Stretches[];
  readonly heights: (Float64Array | null)[];
  readonly #tree: RegressionTree;
  readonly #features: readonly Feature[];
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #allowed: (Uint8Array | null)[];
  /** How many categories are allowed. */
  readonly #left: Int32Array;
  /** How often each feature was split on, on the way to where the walk is. */
  readonly #bounds: Int32Array;

  constructor(tree: RegressionTree, features: readonly Feature[]) {
    this.#tree = tree;
    this.#features = features;
    this.held = new Float64Array(features.length);
    this.stretches = features.map(() => ({ from: [], to: [], height: [] }));
    this.heights = features.map((feature) => (feature.kind === 'category' ? new Float64Array(feature.count) : null));
    this.#low = new Float64Array(features.length);
    this.#high = new Float64Array(features.length).fill(1);
    this.#allowed = features.map((feature) =>
      feature.kind === 'category' ? new Uint8Array(feature.count).fill(1) : null,
    );
    this.#left = Int32Array.from(features, (feature) => (feature.kind === 'category' ? feature.count : 0));
    this.#bounds = new Int32Array(features.length);
  }

  node(at: number, volume: number): void {
    const index = this.#tree.feature[at] ?? -1;
    const feature = this.#features[index];
    if (!feature) return this.#leaf(this.#tree.value[at] ?? 0, volume);
    const bound = this.#tree.bound[at] ?? 0;
    const [left, right] = [this.#tree.left[at] ?? 0, this.#tree.right[at] ?? 0];
    this.#bounds[index] = (this.#bounds[index] ?? 0) + 1;
    if (feature.kind === 'number') this.#splitNumber(index, bound, left, right, volume);
    else this.#splitCategory(index, bound, left, right, volume);
    this.#bounds[index] = (this.#bounds[index] ?? 0) - 1;
  }

  #splitNumber(index: number, bound: number, left: number, right: number, volume: number): void {
    const [low, high] = [this.#low[index] ?? 0, this.#high[index] ?? 1];
    this.#high[index] = bound;
    this.node(left, (volume * (bound - low)) / (high - low));
    this.#high[index] = high;
    this.#low[index] = bound;
    this.node(right, (volume * (high - bound)) / (high - low));
    this.#low[index] = low;
  }

  #splitCategory(index: number, bound: number, left: number, right: number, volume: number): void {
    const allowed = this.#allowed[index];
    if (!allowed) return;
    const count = this.#left[index] ?? 1;
    allowed[bound] = 0;
    this.#left[index] = count - 1;
    this.node(left, (volume * (count - 1)) / count);
    const others = allowed.slice();
    allowed.fill(0)[bound] = 1;
    this.#left[index] = 1;
    this.node(right, volume / count);
    allowed.set(others);
    allowed[bound] = 1;
    this.#left[index] = count;
  }

  #leaf(value: number, volume: number): void {
    this.sum += value * volume;
    this.squares += value * value * volume;
    // A box as thin as the rounding of its bounds has no volume and adds nothing.
    if (volume === 0) return;
    for (const [index, feature] of this.#features.entries()) {
      if (this.#bounds[index] === 0) continue;
      this.held[index] = (this.held[index] ?? 0) + value * volume;
      if (feature.kind === 'number') this.#stretch(index, value * volume);
      else this.#categories(index, (value * volume * feature.count) / (this.#left[index] ?? 1));
    }
  }

  #stretch(index: number, part: number): void {
    const [low, high] = [this.#low[index] ?? 0, this.#high[index] ?? 1];
    const { from, to, height } = this.stretches[index] ?? { from: [], to: [], height: [] };
    from.push(low);
    to.push(high);
    height.push(part / (high - low));
  }

  #categories(index: number, height: number): void {
    const [heights, allowed] = [this.heights[index], this.#allowed[index]];
    if (!heights || !allowed) return;
    for (let code = 0; code < heights.length; code++)
      if (allowed[code] === 1) heights[code] = (heights[code] ?? 0) + height;
  }
}

/** The variance of a sum of stretches over 0…1, on top of a height that is everywhere. */
function varianceOver(
  { from, to, height }: Stretches = { from: [], to: [], height: [] },
  base: number,
  mean: number,
): number {
  if (from.length === 0) return 0;
  const edges = Float64Array.from(new Set([0, 1, ...from, ...to])).sort();
  const places = new Map(Array.from(edges, (edge, place) => [edge, place]));
  const steps = new Float64Array(edges.length);
  for (const [i, one] of height.entries()) {
    const [start, end] = [places.get(from[i] ?? 0) ?? 0, places.get(to[i] ?? 1) ?? 0];
    steps[start] = (steps[start] ?? 0) + one;
    steps[end] = (steps[end] ?? 0) - one;
  }
  let [level, variance] = [base, 0];
  for (let place = 0; place + 1 < edges.length; place++) {
    level += steps[place] ?? 0;
    variance += (level - mean) ** 2 * ((edges[place + 1] ?? 0) - (edges[place] ?? 0));
  }
  return variance;
}

function varianceAmong(heights: Float64Array, base: number, mean: number): number {
  let variance = 0;
  for (const height of heights) variance += (base + height - mean) ** 2;
  return variance / heights.length;
}
