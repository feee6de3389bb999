import type { OnnxGraph } from './readGraph.ts';

/** Operators that only move values between those that compute. */
const wiring = new Set(['ZipMap', 'ArrayFeatureExtractor', 'FeatureVectorizer', 'LabelEncoder']);
const most = 5;

/** The operators of ai.onnx.ml, for display: `OneHotEncoder, TreeEnsembleClassifier`; else those of the network. */
export function algorithmOf({ nodes }: OnnxGraph): string {
  const learners = nodes.filter(({ domain, operator }) => domain === 'ai.onnx.ml' && !wiring.has(operator));
  const names = [...new Set((learners.length > 0 ? learners : nodes).map(({ operator }) => operator))];
  return names.length > most ? `${names.slice(0, most).join(', ')}, …` : names.join(', ');
}
