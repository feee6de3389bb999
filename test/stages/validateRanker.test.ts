import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { promote } from '../../engine/registry/promote.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { modelsVenv } from '../models/modelsVenv.ts';

const lacking = modelsVenv.prepare();
const skip = lacking === null || process.env['CI'] === 'true' ? false : `no Python to train with: ${lacking}`;

const train = `import json, numpy as np, lightgbm, xgboost
from sklearn.metrics import ndcg_score
import os
os.makedirs("trained")
random = np.random.default_rng(4)
queries, each = 60, 8
x = random.normal(size=(queries * each, 3))
y = np.clip(np.round(x[:, 0] + random.normal(scale=0.7, size=len(x))), 0, 3).astype(int)
q = np.repeat(np.arange(queries), each)
with open("ranked.csv", "w") as file:
    file.write("query,relevance,a,b,c\\n")
    for row in zip(q, y, *x.T):
        file.write(f"q{row[0]},{row[1]},{row[2]!r},{row[3]!r},{row[4]!r}\\n".replace("np.float64(", "").replace(")", ""))
groups = np.full(queries, each)
first = lightgbm.LGBMRanker(n_estimators=5, min_child_samples=5, verbose=-1).fit(x, y, group=groups)
first.booster_.save_model("trained/first.txt")
second = xgboost.XGBRanker(n_estimators=20).fit(x, y, group=groups)
second.save_model("trained/second.json")
score = lambda model: float(ndcg_score(y.reshape(queries, -1), model.predict(x).reshape(queries, -1), k=5))
json.dump([score(first), score(second)], open("ndcg.json", "w"))
`;

const yaml = (model: string) => `version: 1
project: search
datasets:
  ranked: { path: ranked.csv, schema: ranked.dataset.yaml }
models:
  search: { from: train, path: ${model}, features: [a, b, c] }
stages:
  train: { cmd: '"${modelsVenv.python.replaceAll('\\\\', '/')}" place_model.py ${model}', deps: [place_model.py, trained/${model}], outs: [${model}] }
  validate:
    uses: validate
    with: { model: search, data: ranked, at_k: 5 }
    gates: { ndcg_at_k: { min: 0.5, at_confidence: 0.95 }, ndcg_at_k@champion: { min: -1, at_confidence: 0.95 } }
`;

test('rankers of LightGBM and XGBoost are validated, one against the other', { skip }, async () => {
  assert.equal(lacking, null);
  const files = {
    'train.py': train,
    'place_model.py': 'import shutil, sys\nshutil.copy("trained/" + sys.argv[1], sys.argv[1])\n',
    'ranked.dataset.yaml': `fields:
  - { name: query, type: string, loopwright: { role: query } }
  - { name: relevance, type: integer, loopwright: { role: target } }
${['a', 'b', 'c'].map((name) => `  - { name: ${name}, type: number, loopwright: { role: feature } }`).join('\n')}
`,
    'loopwright.yaml': yaml('first.txt'),
  };
  const root = makeProject(files);
  execFileSync(modelsVenv.python, ['train.py'], { cwd: root });
  const [first, second] = JSON.parse(readFileSync(join(root, 'ndcg.json'), 'utf8')) as [number, number];
  process.env['LOOPWRIGHT_PYTHON'] = modelsVenv.python;
  const runner = runIn(root);
  const own = await runner.run();
  assert.equal(own.error, null, own.error?.message);
  const report = getVersion(runner.store, 'search', 1).report;
  assert.equal(report.task, 'ranking');
  assert.ok(Math.abs((report.performance['ndcg_at_k']?.value ?? 0) - first) < 1e-9);
  promote(runner.store, { name: 'search', version: 1 }, { why: 'test', actor: 'test:me' });
  writeFileSync(join(root, 'loopwright.yaml'), yaml('second.json'));
  const rival = await runner.run();
  assert.equal(rival.error, null, rival.error?.message);
  const better = getVersion(runner.store, 'search', 2).report;
  assert.ok(Math.abs((better.performance['ndcg_at_k']?.value ?? 0) - second) < 1e-9);
  const gate = better.gates.find((one) => one.gate === 'ndcg_at_k@champion');
  assert.ok(gate?.kind === 'passed' && Math.abs((gate.value ?? 9) - (second - first)) < 1e-9, JSON.stringify(gate));
});
