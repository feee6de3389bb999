import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';

test('an MLmodel file is recognised without a signature too, and what it lacks is told', async () => {
  // Tried: no `signature`, an empty one; a file that is nothing of the kind keeps its own message.
  const cwd = makeProject({
    MLmodel:
      'flavors:\n  python_function: { loader_module: mlflow.pyfunc.model }\nmlflow_version: 3.17.2\nmodel_id: null\n',
    'empty/MLmodel': 'flavors: {}\nsignature: null\n',
    'other.yaml': 'a: 1\n',
  });
  for (const [file, says] of [
    ['MLmodel', /The file has no `signature` with `inputs`; log the model with one \(`infer_signature`\)/],
    ['empty/MLmodel', /The file has no `signature` with `inputs`/],
    ['other.yaml', /other\.yaml is not a Croissant description, an MLmodel file or a pandera schema/],
  ] as const) {
    const { code, err } = await runCli(['data', 'import', file], { cwd });
    assert.notEqual(code, 0, file);
    assert.match(err, says, file);
  }
});
