import assert from 'node:assert/strict';
import test from 'node:test';
import type { ModelFiles } from '../../../engine/models/flavours/flavour.ts';
import { mlflow } from '../../../engine/models/flavours/mlflow.ts';
import { readMlmodel } from '../../../engine/models/formats/mlmodel.ts';

/** A folder with these files, by name. */
function folderOf(contents: Record<string, string>): ModelFiles {
  return {
    path: '/models/one',
    object: null,
    isFolder: true,
    names: Object.keys(contents),
    read: (name) => Buffer.from(contents[name] ?? ''),
  };
}

const flavours = 'flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n    python_version: 3.11.7\n';
const signed = (signature: object) =>
  readMlmodel(
    folderOf({
      MLmodel: `${flavours}signature:\n${Object.entries(signature)
        .map(([key, value]) => `  ${key}: '${JSON.stringify(value)}'\n`)
        .join('')}`,
    }),
    '',
  );
const tensor = (shape: number[], name?: string, dtype = 'float64') => ({
  type: 'tensor',
  'tensor-spec': { dtype, shape },
  ...(name === undefined ? {} : { name }),
});

test('columns of a signature become inputs; optional ones may be absent', () => {
  const { inputs, refusals } = signed({
    inputs: [
      { type: 'double', name: 'amount', required: true },
      { type: 'float', name: 'rate' },
      { type: 'long', name: 'visits', required: true },
      { type: 'integer', name: 'year', required: false },
      { type: 'boolean', name: 'member', optional: true },
      { type: 'string', name: 'city' },
      { type: 'datetime', name: 'when' },
    ],
    outputs: [{ type: 'long' }],
  });
  assert.deepEqual(refusals, []);
  assert.deepEqual(
    inputs?.map(({ name, type, optional }) => `${name} ${type}${optional ? '?' : ''}`),
    [
      'amount number',
      'rate number',
      'visits integer',
      'year integer?',
      'member boolean?',
      'city text',
      'when datetime',
    ],
  );
});

test('tensors of rows and named columns are understood', () => {
  assert.deepEqual(signed({ inputs: [tensor([-1, 4])] }), { ...signed({}), inputs: null, refusals: [] });
  assert.deepEqual(signed({ inputs: [tensor([-1], 'a', 'int32'), tensor([-1, 1], 'b', 'str')] }).inputs, [
    { name: 'a', type: 'integer', optional: false },
    { name: 'b', type: 'text', optional: false },
  ]);
});

for (const [what, inputs, refusal] of [
  ['an image', [tensor([-1, 28, 28])], /input 0 is a tensor of shape \(-1, 28, 28\)/],
  ['a fixed number of rows', [tensor([8, 4])], /tensor of shape \(8, 4\)/],
  ['two matrices', [tensor([-1, 3], 'a'), tensor([-1, 4], 'b')], /input `a` is a tensor of shape \(-1, 3\)/],
  ['bytes', [{ type: 'binary', name: 'photo' }], /input `photo` has the type binary; boolean, integer,/],
  ['a list', [{ type: 'array', name: 'tags', items: { type: 'string' } }], /`tags` has the type array/],
  ['a type of a later MLflow', [{ type: 'quaternion', name: 'q' }], /`q` has the type quaternion/],
] as const)
  test(`${what} is refused by name`, () => {
    const { refusals } = signed({ inputs });
    assert.match(refusals[0] ?? '', refusal);
  });

test('parameters keep their defaults; one of an unknown type is refused', () => {
  const params = [
    { name: 'threshold', type: 'double', default: 0.5, shape: null },
    { name: 'mode', type: 'string', default: 'fast', shape: null },
  ];
  assert.deepEqual(signed({ inputs: [tensor([-1, 4])], params }).refusals, []);
  assert.deepEqual(signed({ params: [{ name: 'when', type: 'interval' }] }).refusals, [
    'Its parameter `when` has the type interval, which is not known.',
  ]);
});

test('paths of Windows become paths of every system', () => {
  const { flavours: found, code } = readMlmodel(
    folderOf({
      MLmodel:
        'flavors:\n  python_function:\n    code: code\\parts\n    loader_module: mlflow.sklearn\n  sklearn:\n    pickled_model: data\\model.pkl\n    code: null\n',
    }),
    '',
  );
  assert.deepEqual([found['sklearn']?.['pickled_model'], code], ['data/model.pkl', ['code/parts']]);
});

test('versions come from requirements, conda and python_env', () => {
  const { packages } = readMlmodel(
    folderOf({
      MLmodel: flavours,
      'requirements.txt':
        '# pinned\nscikit_learn==1.5.2 ; python_version > "3.8"\npandas[excel]==2.2.3\nnumpy>=1.26\n-r other.txt\n--extra-index-url https://example.org\nown @ file:///tmp/own\n',
      'conda.yaml':
        'dependencies:\n- python=3.10.4\n- scipy=1.13.0=py310\n- pip:\n  - numpy==1.26.4\n  - cloudpickle==3.0.0\n',
      'python_env.yaml': 'python: 3.10.4\n',
    }),
    '',
  );
  assert.deepEqual(packages, {
    'scikit-learn': '1.5.2',
    pandas: '2.2.3',
    scipy: '1.13.0',
    numpy: '1.26.4',
    cloudpickle: '3.0.0',
    python: '3.11.7',
  });
});

test('a model without python_function, and one that cannot be read', () => {
  const found = mlflow.recognise(folderOf({ MLmodel: 'flavors:\n  crate:\n    version: 1\n' }));
  assert.deepEqual(found?.stated.refusals, ['Its MLmodel has no flavour python_function, only crate.']);
  assert.throws(() => mlflow.recognise(folderOf({ MLmodel: 'flavors: [' })), {
    name: 'DataError',
    message: /`MLmodel` cannot be read/,
  });
  assert.equal(mlflow.recognise(folderOf({ 'a/MLmodel': flavours, 'b/MLmodel': flavours })), null);
  assert.equal(mlflow.recognise(folderOf({ 'a/MLmodel': flavours, 'notes.txt': '' }))?.path, '/models/one/a');
});
