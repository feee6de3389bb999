import { onlyFile } from '../formats/onlyFile.ts';
import { readUbjson } from '../formats/ubjson.ts';
import type { Flavour, InputType, ModelInput, StatedFacts } from './flavour.ts';

/** Larger files are described by the worker alone. */
const mostBytes = 256 << 20;
/** The beginning of a file, by which it is recognised. */
const startBytes = 256;

/** An object whose first key, of seven bytes, is `learner`. */
const ubjStart = `{L${'\0'.repeat(7)}\u0007learner{`;

/** A booster that XGBoost saved as UBJSON or JSON. */
export const xgboost: Flavour = {
  name: 'xgboost',
  recognise(files) {
    const file = onlyFile(files, /\.(ubj|json)$/i);
    if (!file) return null;
    const start = files.read(file.name, startBytes).toString('latin1');
    const isJson = /^\s*\{\s*"learner"\s*:\s*\{/.test(start);
    if (!isJson && !start.startsWith(ubjStart)) return null;
    return { flavour: 'xgboost', path: file.path, stated: statedFacts(files.read(file.name, mostBytes), isJson) };
  },
  async open(model, tools) {
    const { openWorkerModel } = await import('../worker/openWorkerModel.ts');
    return openWorkerModel(model, { opener: 'xgboost', path: model.path }, tools);
  },
};

interface Content {
  learner?: {
    feature_names?: string[];
    feature_types?: string[];
    objective?: { name?: string };
  };
  version?: number[];
}

const inputTypes: Record<string, InputType> = { i: 'boolean', int: 'integer', float: 'number', q: 'number' };

function statedFacts(bytes: Buffer, isJson: boolean): StatedFacts {
  const { learner, version } = parsed(bytes, isJson);
  const names = learner?.feature_names ?? [];
  const inputs = names.map((name, i): ModelInput => ({
    name,
    type: inputTypes[learner?.feature_types?.[i] ?? ''] ?? null,
    optional: false,
  }));
  const objective = learner?.objective?.name;
  return {
    algorithm: objective === undefined ? null : `XGBoost ${objective}`,
    inputs: inputs.length > 0 ? inputs : null,
    packages: version ? { xgboost: version.join('.') } : {},
    needs: ['xgboost'],
    runsCode: false,
    refusals: [],
  };
}

/** A file that cannot be read, or was cut off, states nothing. */
function parsed(bytes: Buffer, isJson: boolean): Content {
  try {
    // The trees are most of a file.
    return (isJson ? JSON.parse(bytes.toString('utf8')) : readUbjson(bytes, new Set(['gradient_booster']))) as Content;
  } catch {
    return {};
  }
}
