import type { Random } from '../random.ts';
import type { Feature } from './features.ts';

/**
 * A tree as columns, one entry a node; node 0 is the root. A row goes left when its number is at most `bound`, or its
 * category is not `bound`.
 */
export interface RegressionTree {
  /** The feature that the node splits on; −1 for a leaf. */
  feature: Int32Array;
  bound: Float64Array;
  left: Int32Array;
  right: Int32Array;
  /** The mean of the target over the node's rows. */
  value: Float64Array;
}

/** Rows in ascending order of each numeric feature, computed once for all trees. */
export function sortedRows(features: readonly Feature[]): (Int32Array | null)[] {
  return features.map((feature) =>
    feature.kind === 'number'
      ? Int32Array.from(feature.values.keys()).sort((a, b) => (feature.values[a] ?? 0) - (feature.values[b] ?? 0))
      : null,
  );
}

interface Split {
  feature: number;
  bound: number;
  gain: number;
}

const deepest = 64;
/** Below this share of the whole variance a node is pure: the rest is rounding. */
const pure = 1e-14;

/**
 * A regression tree (CART, Breiman et al. 1984) that is grown until its leaves are pure: each node takes, of all splits
 * of all features, the one that leaves the least squared error; numbers split in the middle between two values,
 * categories one against the others. `counts` says how often each row was drawn. Equal splits are chosen at random, so
 * that of two equal params neither is preferred.
 */
export function growTree(
  features: readonly Feature[],
  target: Float64Array,
  sorted: readonly (Int32Array | null)[],
  counts: Uint16Array,
  random: Random,
): RegressionTree {
  return new Grower(features, target, sorted, counts, random).grow();
}

/** The prediction of a tree for a row. */
export function predict(
  { feature, bound, left, right, value }: RegressionTree,
  features: readonly Feature[],
  row: number,
): number {
  let node = 0;
  for (let at = feature[node] ?? -1; at >= 0; at = feature[node] ?? -1) {
    const one = features[at];
    const goesLeft =
      one?.kind === 'number' ? (one.values[row] ?? 0) <= (bound[node] ?? 0) : one?.codes[row] !== bound[node];
    node = (goesLeft ? left[node] : right[node]) ?? 0;
  }
  return value[node] ?? 0;
}

class Grower {
  readonly #features: readonly Feature[];
  readonly #target: Float64Array;
  readonly #counts: Uint16Array;
  readonly #random: Random;
  /**
   * The drawn rows in the order of each numeric feature; each node has the same stretch of all of them. The last one is
   * in no order.
   */
  readonly #orders: Int32Array[];
  readonly #orderOf: number[];
  readonly #buffer: Int32Array;
  readonly #goesLeft: Uint8Array;
  /** Features in the order in which a node looks at them. */
  readonly #turns: number[];
  readonly #weights: Float64Array;
  readonly #sums: Float64Array;
  readonly #nodes: RegressionTree;
  #size = 0;
  #least = 0;

  constructor(
    features: readonly Feature[],
    target: Float64Array,
    sorted: readonly (Int32Array | null)[],
    counts: Uint16Array,
    random: Random,
  ) {
    this.#features = features;
    this.#target = target;
    this.#counts = counts;
    this.#random = random;
    const drawn = (rows: Int32Array): Int32Array => rows.filter((row) => (counts[row] ?? 0) > 0);
    this.#orders = [...sorted.flatMap((rows) => (rows ? [drawn(rows)] : [])), drawn(Int32Array.from(target.keys()))];
    let place = 0;
    this.#orderOf = sorted.map((rows) => (rows ? place++ : this.#orders.length - 1));
    const rows = this.#orders.at(-1)?.length ?? 0;
    this.#buffer = new Int32Array(rows);
    this.#goesLeft = new Uint8Array(target.length);
    this.#turns = features.map((_, index) => index);
    const categories = Math.max(0, ...features.map((feature) => (feature.kind === 'category' ? feature.count : 0)));
    this.#weights = new Float64Array(categories);
    this.#sums = new Float64Array(categories);
    const nodes = 2 * rows;
    this.#nodes = {
      feature: new Int32Array(nodes).fill(-1),
      bound: new Float64Array(nodes),
      left: new Int32Array(nodes),
      right: new Int32Array(nodes),
      value: new Float64Array(nodes),
    };
  }

  grow(): RegressionTree {
    const rows = this.#buffer.length;
    this.#least = pure * this.#errorOf(0, rows).error;
    this.#node(0, rows, 0);
    const { feature, bound, left, right, value } = this.#nodes;
    const cut = this.#size;
    return {
      feature: feature.slice(0, cut),
      bound: bound.slice(0, cut),
      left: left.slice(0, cut),
      right: right.slice(0, cut),
      value: value.slice(0, cut),
    };
  }

  /** Makes the node of a range of the rows and all nodes below it; returns its number. */
  #node(from: number, to: number, depth: number): number {
    const at = this.#size++;
    const { weight, sum, error } = this.#errorOf(from, to);
    this.#nodes.value[at] = sum / weight;
    if (depth >= deepest || to - from < 2 || error <= this.#least) return at;
    const split = this.#bestSplit(from, to, weight, sum);
    if (!split) return at;
    const middle = this.#partition(from, to, split);
    this.#nodes.feature[at] = split.feature;
    this.#nodes.bound[at] = split.bound;
    this.#nodes.left[at] = this.#node(from, middle, depth + 1);
    this.#nodes.right[at] = this.#node(middle, to, depth + 1);
    return at;
  }

  #errorOf(from: number, to: number): { weight: number; sum: number; error: number } {
    const rows = this.#orders.at(-1) ?? this.#buffer;
    let [weight, sum, squares] = [0, 0, 0];
    for (let i = from; i < to; i++) {
      const row = rows[i] ?? 0;
      const count = this.#counts[row] ?? 0;
      const value = this.#target[row] ?? 0;
      weight += count;
      sum += count * value;
      squares += count * value * value;
    }
    return { weight, sum, error: squares - (sum * sum) / weight };
  }

  #bestSplit(from: number, to: number, weight: number, sum: number): Split | null {
    this.#random.shuffle(this.#turns);
    let best: Split | null = null;
    // The value that a split has to exceed: that of the unsplit node.
    let most = (sum * sum) / weight;
    for (const index of this.#turns) {
      const feature = this.#features[index];
      if (!feature) continue;
      const found =
        feature.kind === 'number'
          ? this.#splitNumbers(
              feature.values,
              this.#orders[this.#orderOf[index] ?? 0] ?? this.#buffer,
              from,
              to,
              weight,
              sum,
            )
          : this.#splitCategories(feature.codes, feature.count, from, to, weight, sum);
      // A gain as small as the rounding does not count.
      if (found.gain <= most + this.#least) continue;
      most = found.gain;
      best = { feature: index, bound: found.bound, gain: found.gain };
    }
    return best;
  }

  #splitNumbers(
    values: Float64Array,
    rows: Int32Array,
    from: number,
    to: number,
    weight: number,
    sum: number,
  ): { bound: number; gain: number } {
    let [bound, gain] = [0, -Infinity];
    let [leftWeight, leftSum] = [0, 0];
    let row = rows[from] ?? 0;
    let here = values[row] ?? 0;
    for (let i = from; i < to - 1; i++) {
      const count = this.#counts[row] ?? 0;
      leftWeight += count;
      leftSum += count * (this.#target[row] ?? 0);
      const nextRow = rows[i + 1] ?? 0;
      const next = values[nextRow] ?? 0;
      if (next > here) {
        const found = (leftSum * leftSum) / leftWeight + ((sum - leftSum) * (sum - leftSum)) / (weight - leftWeight);
        if (found > gain) {
          gain = found;
          const middle = (here + next) / 2;
          bound = middle < next ? middle : here;
        }
      }
      row = nextRow;
      here = next;
    }
    return { bound, gain };
  }

  #splitCategories(
    codes: Int32Array,
    count: number,
    from: number,
    to: number,
    weight: number,
    sum: number,
  ): { bound: number; gain: number } {
    const [weights, sums] = [this.#weights.fill(0, 0, count), this.#sums.fill(0, 0, count)];
    const rows = this.#orders.at(-1) ?? this.#buffer;
    for (let i = from; i < to; i++) {
      const row = rows[i] ?? 0;
      const code = codes[row] ?? 0;
      const drawn = this.#counts[row] ?? 0;
      weights[code] = (weights[code] ?? 0) + drawn;
      sums[code] = (sums[code] ?? 0) + drawn * (this.#target[row] ?? 0);
    }
    let [bound, gain] = [0, -Infinity];
    for (let code = 0; code < count; code++) {
      const inside = weights[code] ?? 0;
      if (inside === 0 || inside === weight) continue;
      const part = sums[code] ?? 0;
      const found = (part * part) / inside + ((sum - part) * (sum - part)) / (weight - inside);
      if (found > gain) [gain, bound] = [found, code];
    }
    return { bound, gain };
  }

  /**
   * Moves the rows that go left to the front of the range, in every order; returns the first position of those that go
   * right.
   */
  #partition(from: number, to: number, split: Split): number {
    const feature = this.#features[split.feature];
    const rows = this.#orders.at(-1) ?? this.#buffer;
    for (let i = from; i < to; i++) {
      const row = rows[i] ?? 0;
      const left =
        feature?.kind === 'number' ? (feature.values[row] ?? 0) <= split.bound : feature?.codes[row] !== split.bound;
      this.#goesLeft[row] = left ? 1 : 0;
    }
    let middle = from;
    for (const order of this.#orders) {
      middle = from;
      let others = 0;
      for (let i = from; i < to; i++) {
        const row = order[i] ?? 0;
        if (this.#goesLeft[row] === 1) order[middle++] = row;
        else this.#buffer[others++] = row;
      }
      order.set(this.#buffer.subarray(0, others), middle);
    }
    return middle;
  }
}
