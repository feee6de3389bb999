import type { BlameItem } from '../../protocol/blame.ts';
import type { Store } from '../store/store.ts';
import { environmentChanges, type EnvironmentChange } from './environmentChanges.ts';
import type { KeptRun } from './keptRun.ts';

/** Modules whose name differs from that of their package. */
const moduleOf: Record<string, string> = {
  'scikit-learn': 'sklearn',
  'scikit-image': 'skimage',
  'opencv-python': 'cv2',
  'opencv-python-headless': 'cv2',
  pillow: 'pil',
  pyyaml: 'yaml',
  beautifulsoup4: 'bs4',
  'python-dateutil': 'dateutil',
  'pytorch-lightning': 'pytorch_lightning',
  protobuf: 'google',
};
const numeric = new Set([
  'numpy',
  'scipy',
  'pandas',
  'polars',
  'pyarrow',
  'scikit-learn',
  'torch',
  'tensorflow',
  'keras',
  'jax',
  'jaxlib',
  'xgboost',
  'lightgbm',
  'catboost',
  'statsmodels',
  'numba',
  'transformers',
  'tokenizers',
  'datasets',
  'duckdb',
]);

/**
 * The differences between the environments of two runs by their possible effect on a number: imported packages,
 * interpreters, then the machine.
 */
export function environmentItems(
  store: Store,
  a: KeptRun,
  b: KeptRun,
  imported: ReadonlySet<string> | null,
): BlameItem[] {
  if (Object.keys(a.environment).length === 0 || Object.keys(b.environment).length === 0) return [];
  const changes = environmentChanges(store, a.environment, b.environment).filter(
    // A run that trained nothing by itself used no backend.
    ({ name, before, after }) => !isBackend(name) || (before !== null && after !== null),
  );
  return changes.map((change) => ({
    ...itemOf(change, imported),
    before: change.before,
    after: change.after,
    path: null,
  }));
}

const isBackend = (name: string) => /^backend(\.|$)/.test(name);

function itemOf(
  { name, before, after }: EnvironmentChange,
  imported: ReadonlySet<string> | null,
): Pick<BlameItem, 'kind' | 'name' | 'why' | 'weight'> {
  if (name.startsWith('package ')) {
    const packageName = name.slice('package '.length);
    const used = imported?.has(moduleOf[packageName] ?? packageName.replaceAll('-', '_')) ?? false;
    const change =
      before === null
        ? 'installed since'
        : after === null
          ? 'no longer installed'
          : before.split('.')[0] === after.split('.')[0]
            ? 'another version'
            : 'another major version';
    const [weight, role] = used
      ? [50, 'the code imports it']
      : numeric.has(packageName)
        ? [40, 'a library of numerics']
        : [12, 'the code does not import it'];
    return {
      kind: 'package',
      name: packageName,
      why: `${change}; ${role}`,
      weight: change === 'another major version' ? weight + 5 : weight,
    };
  }
  if (/^python(\.|$)/.test(name)) return { kind: 'runtime', name, why: 'another Python runs the programs', weight: 38 };
  if (name === 'loopwright')
    return { kind: 'runtime', name, why: 'built-in stages are part of Loopwright', weight: 42 };
  if (name === 'node_packages')
    return { kind: 'package', name: 'Node packages', why: 'the lock file of the Node packages changed', weight: 35 };
  if (name === 'node')
    return { kind: 'runtime', name, why: 'another Node runs built-in stages and Node programs', weight: 25 };
  if (isBackend(name)) return { kind: 'runtime', name, why: 'another backend trains with other last bits', weight: 30 };
  if (name === 'gpu')
    return { kind: 'hardware', name, why: 'another card or driver adds in another order', weight: 22 };
  return {
    kind: 'hardware',
    name,
    why: /^(processor|architecture)$/.test(name) ? 'another processor may round otherwise' : 'another machine',
    weight: /^(processor|architecture)$/.test(name) ? 15 : 8,
  };
}
