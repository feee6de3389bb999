import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelFacts } from '../../engine/facts/modelFacts.ts';
import { updateLock } from '../../engine/fingerprint/lockFile.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';

const mlmodel = `flavors:
  python_function: { loader_module: mlflow.sklearn, model_path: model.pkl, python_version: 3.11.7 }
  sklearn: { pickled_model: model.pkl, sklearn_version: 1.5.0, serialization_format: cloudpickle }
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true}, {"type": "string", "name": "note", "required": false}]'
`;

/** A project whose stage made a folder with a pickle that writes a file when it is opened. */
function projectWithPickle(): string {
  const root = makeProject({
    'loopwright.yaml': `version: 1
project: p
datasets:
  rows: { path: rows.csv }
stages:
  train: { cmd: python train.py, outs: [model] }
  validate: { uses: validate, with: { model: train, data: rows } }
`,
    'rows.csv': 'amount\n1\n',
    'model/MLmodel': mlmodel,
  });
  const script = `import pickle, os, sys
class Trap:
    def __reduce__(self):
        return (os.system, ('touch ' + sys.argv[1],))
open(sys.argv[2], 'wb').write(pickle.dumps(Trap()))`;
  execFileSync('python3', ['-c', script, join(root, 'opened'), join(root, 'model/model.pkl')]);
  return root;
}

test('the inputs of a model are read from its files, and a pickle is not opened', () => {
  const root = projectWithPickle();
  updateLock(root, 'train', { spec: {}, params: {}, deps: {}, outs: {}, run: '' });
  const store = openStore(root);
  try {
    assert.deepEqual(modelFacts(store, configFor(loadProject(root), 'default')), [
      {
        stage: 'train',
        inputs: [
          { name: 'amount', type: 'number', optional: false },
          { name: 'note', type: 'text', optional: true },
        ],
      },
    ]);
  } finally {
    store.sql.close();
  }
  assert.equal(existsSync(join(root, 'opened')), false);
});
