import type { ModelDescription } from '../flavours/flavour.ts';
import type { GraphNode, GraphValue, OnnxGraph } from './readGraph.ts';

/** The outputs of a graph that are read, and what they mean. */
export interface GraphOutputs {
  /** The output with the predicted class; null when there is none. */
  label: string | null;
  /** The outputs with scores or values, side by side. */
  scores: string[];
  /** Nodes that turn scores into a sequence of maps, which no JavaScript runtime can read: taken out of the graph. */
  zipMaps: GraphNode[];
  kind: ModelDescription['kind'];
  classes: string[] | null;
  /** Null when the operators do not show it. */
  scale: 'probability' | 'decision' | null;
  /** True when the scores are votes of pairs of classes, so that only the label says which class is predicted. */
  areVotes: boolean;
  refusals: string[];
}

/** Finds out which outputs of a graph are labels, which are scores, and of which classes. */
export function graphOutputs(graph: OnnxGraph): GraphOutputs {
  const sources = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const labels: string[] = [];
  const scores: string[] = [];
  const zipMaps: GraphNode[] = [];
  const refusals: string[] = [];
  for (const output of graph.outputs) {
    const node = sources.get(output.name);
    const zipped = node?.operator === 'ZipMap' ? node.inputs[0] : undefined;
    if (node && zipped !== undefined) {
      zipMaps.push(node);
      scores.push(zipped);
    } else if (output.form !== 'tensor')
      refusals.push(`The output \`${output.name}\` is a sequence or a map. Export the model with \`zipmap=False\`.`);
    else if (output.element === 'other')
      refusals.push(
        `The output \`${output.name}\` has elements of the ONNX type ${output.elementCode}. Export it as float.`,
      );
    else if (output.element === 'float32' || output.element === 'float64') scores.push(output.name);
    else labels.push(output.name);
  }
  const [label = null] = labels;
  const isUnclear = labels.length > 1 || (label === null && scores.length > 1);
  if (isUnclear && refusals.length === 0)
    refusals.push(
      `The graph has the outputs ${graph.outputs.map(({ name }) => `\`${name}\``).join(', ')}, and which of them is the prediction is not known. Export it with one output, or with a label and its scores.`,
    );
  const classes = classesOf(graph, sources, label, zipMaps);
  const root = scores.length > 0 ? sourceOf(scores[0] ?? '', sources) : undefined;
  const targets = numberOfTargets(graph, label, scores, root);
  if (targets > 1) refusals.push(`The model predicts ${targets} values a row, and a prediction is one.`);
  const scale = scaleOf(root);
  return {
    label,
    scores,
    zipMaps,
    kind: label !== null && (scores.length > 0 || classes !== null) ? 'classification' : kindOf(graph, label),
    classes,
    scale,
    areVotes: root?.operator === 'SVMClassifier' && scale === 'decision' && (classes?.length ?? 0) > 2,
    refusals,
  };
}

function kindOf({ nodes }: OnnxGraph, label: string | null): ModelDescription['kind'] {
  const isRegressor = label === null && nodes.some(({ domain, operator }) => domain === ml && regressors.has(operator));
  return isRegressor ? 'regression' : null;
}

/** Classes in the order of the scores: of the map, of the classifier, or of the list that the label is taken from. */
function classesOf(
  graph: OnnxGraph,
  sources: ReadonlyMap<string, GraphNode>,
  label: string | null,
  [zipMap]: readonly GraphNode[],
): string[] | null {
  if (zipMap) return labelsOf(zipMap);
  const root = label === null ? undefined : sourceOf(label, sources);
  if (!root) return null;
  const own = labelsOf(root);
  if (own) return own;
  const isPicked = root.operator === 'ArrayFeatureExtractor' || root.operator === 'Gather';
  return (isPicked && graph.constants.get(root.inputs[0] ?? '')) || null;
}

function labelsOf({ attributes }: GraphNode): string[] | null {
  const texts = attributes.get('classlabels_strings')?.texts ?? [];
  if (texts.length > 0) return texts;
  const numbers = (attributes.get('classlabels_int64s') ?? attributes.get('classlabels_ints'))?.integers ?? [];
  return numbers.length > 0 ? numbers.map(String) : null;
}

/** Probabilities are told from other scores by the last operator that computes them. */
function scaleOf(node: GraphNode | undefined): GraphOutputs['scale'] {
  if (!node) return null;
  const transform = node.attributes.get('post_transform')?.text ?? 'NONE';
  switch (node.operator) {
    case 'TreeEnsembleClassifier':
      return transform !== 'NONE' || areShares(node.attributes.get('class_weights')?.floats ?? [])
        ? 'probability'
        : 'decision';
    case 'LinearClassifier':
      return transform === 'NONE' ? 'decision' : 'probability';
    case 'SVMClassifier':
      return (node.attributes.get('prob_a')?.floats.length ?? 0) > 0 ? 'probability' : 'decision';
    case 'Normalizer':
      return node.attributes.get('norm')?.text === 'L1' ? 'probability' : null;
    case 'Sigmoid':
    case 'Softmax':
      return 'probability';
    default:
      return null;
  }
}

/** The leaves of a forest hold the shares of the classes; those of boosted trees hold steps in both directions. */
function areShares(weights: readonly number[]): boolean {
  return weights.length > 0 && weights.every((weight) => weight >= 0 && weight <= 1);
}

function numberOfTargets(
  { outputs, nodes }: OnnxGraph,
  label: string | null,
  scores: readonly string[],
  root: GraphNode | undefined,
): number {
  if (label !== null || !nodes.some(({ operator }) => regressors.has(operator))) return 1;
  const output: GraphValue | undefined = outputs.find(({ name }) => name === scores[0]);
  return output?.shape?.[1] ?? root?.attributes.get('n_targets')?.integer ?? 1;
}

/** The node that computes a value, behind those that only change its form. */
function sourceOf(name: string, sources: ReadonlyMap<string, GraphNode>): GraphNode | undefined {
  const seen = new Set<string>();
  for (let at = name; !seen.has(at);) {
    seen.add(at);
    const node = sources.get(at);
    const input = node?.inputs[0];
    if (!node || input === undefined || !isForm(node, sources)) return node;
    at = input;
  }
  return undefined;
}

function isForm({ operator, inputs }: GraphNode, sources: ReadonlyMap<string, GraphNode>): boolean {
  // Taken from a computed value it selects a column; taken from a constant it looks the class up.
  if (operator === 'ArrayFeatureExtractor') return sources.has(inputs[0] ?? '');
  return forms.has(operator);
}

const ml = 'ai.onnx.ml';
const regressors = new Set(['TreeEnsembleRegressor', 'LinearRegressor', 'SVMRegressor']);
const forms = new Set(['Identity', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Slice']);
