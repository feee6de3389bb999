import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { lookAtFolder } from '../../engine/start/lookAtFolder.ts';
import { lookAtScript } from '../../engine/start/lookAtScript.ts';
import { proposeFromScript } from '../../engine/start/proposeFromScript.ts';
import type { FoundScript } from '../../protocol/start.ts';
import { makeProject } from '../helpers/makeProject.ts';

// Arguments and files of a training program, read from its text. Covered: argparse with all kinds of arguments, click,
// constants as defaults, a program without arguments; paths as literals, by os.path.join, by pathlib, through a name,
// from an argument; writes in an `if`, in `with open`, by joblib, torch, pandas, matplotlib; MLflow logged, imported
// and unused, in a comment, with its own address; docstrings and comments that look like code; other modules.

function scan(code: string, files: Record<string, string> = {}): FoundScript | null {
  return lookAtScript(makeProject({ 'train.py': code, ...files }), 'train.py');
}

test('argparse: flags, positions, types, defaults, help', () => {
  const found = scan(`
import argparse
EPOCHS = 12
def parse():
    p = argparse.ArgumentParser(description="x")
    p.add_argument("data", help="the table")
    p.add_argument("-l", "--learning-rate", type=float, default=1e-3, help="step size, (small)")
    p.add_argument('--epochs', type=int, default=EPOCHS)
    p.add_argument("--name", default='a "b"')
    p.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
    p.add_argument("--verbose", action="store_true")
    p.add_argument("--layers", nargs="+", type=int, default=[1, 2])
    p.add_argument("--out", required=True)
    # p.add_argument("--old", default=1)
    p.add_argument("--version", action="version", version="1")
    return p.parse_args()
`);
  assert.deepEqual(
    found?.arguments.map(({ flag, kind, value, required }) => [flag, kind, value, required]),
    [
      ['data', 'text', null, true],
      ['--learning-rate', 'number', 0.001, false],
      ['--epochs', 'integer', 12, false],
      ['--name', 'text', 'a "b"', false],
      ['--optimizer', 'text', 'adam', false],
      ['--verbose', 'flag', false, false],
      ['--layers', 'text', null, false],
      ['--out', 'text', null, true],
    ],
  );
  assert.equal(found?.arguments[1]?.help, 'step size, (small)');
});

test('click', () => {
  const found = scan(
    'import click\n@click.command()\n@click.option("--lr", default=0.1, type=float, help="rate")\n@click.option("--shuffle/--no-shuffle", default=True)\n@click.option("--fast", is_flag=True)\n@click.argument("path")\ndef main(lr): pass\n',
  );
  assert.deepEqual(
    found?.arguments.map(({ flag, kind, value }) => [flag, kind, value]),
    [
      ['--lr', 'number', 0.1],
      ['--shuffle', 'flag', false],
      ['--fast', 'flag', false],
      ['path', 'text', null],
    ],
  );
});

test('files that are read and written', () => {
  const found = scan(
    `
"""pd.read_csv('docs.csv')"""
import os, json, joblib, argparse
from pathlib import Path
import pandas as pd
HERE = "data"
OUT = Path("models") / "m.pkl"
parser.add_argument("--valid", default="data/valid.csv")
train = pd.read_csv(os.path.join(HERE, "train.csv"))
valid = pd.read_csv(args.valid)
gone = pd.read_csv("not/there.csv")
web = pd.read_csv("https://host/x.csv")
model.fit(train)
joblib.dump(model, OUT)
train.to_csv('out/pred.csv', index=False)
if args.plot:
    plt.savefig("plot.png")
with open("metrics.json", "w") as f:
    json.dump({}, f)
if __name__ == "__main__":
    model.save_model("final.bin")
`,
    { 'data/train.csv': 'a\n1\n', 'data/valid.csv': 'a\n1\n' },
  );
  assert.deepEqual(found?.reads, ['data/train.csv', 'data/valid.csv']);
  assert.deepEqual(found?.writes.toSorted(), ['final.bin', 'models/m.pkl', 'out/pred.csv']);
  assert.deepEqual(found?.metrics, ['metrics.json']);
});

test('MLflow counts only when the program logs, and its own tracking address is reported', () => {
  assert.equal(scan('import mlflow\nmlflow.autolog()\n')?.mlflow, true);
  assert.equal(scan('from mlflow import log_metric, start_run\nimport mlflow\nmlflow.start_run()\n')?.mlflow, true);
  assert.equal(scan('import mlflow\n# mlflow.log_metric("a", 1)\n')?.mlflow, false);
  assert.equal(
    scan('import mlflow.sklearn\nmlflow.set_tracking_uri("http://10.0.0.1:5000")\nmlflow.sklearn.autolog()\n')
      ?.trackingUri,
    'http://10.0.0.1:5000',
  );
  const other = lookAtScript(makeProject({ 'tools/rename.py': 'import os\nos.rename("a", "b")\n' }), 'tools/rename.py');
  assert.equal(other, null);
});

test('the project runs the program with its arguments as params and its files as deps and outs', async () => {
  const root = makeProject({
    'train.py':
      'import argparse\nimport mlflow\nimport helpers.load\nfrom sklearn.svm import SVC\np.add_argument("--data", required=True)\np.add_argument("--lr", type=float, default=0.1, help="rate")\np.add_argument("--note", default="two words")\np.add_argument("--key", required=True)\np.add_argument("--gpu", action="store_true")\nmlflow.sklearn.autolog()\n',
    'helpers/load.py': 'x = 1\n',
    'rows.csv': 'a,b\n1,2\n',
  });
  const { files, notes } = proposeFromScript(await lookAtFolder(root), 'train.py');
  const text = files[0]?.text ?? '';
  assert.match(
    text,
    /params:\n {2}data: rows\.csv\n {2}lr: 0\.1 {2}# rate\n {2}note: "two words"\n {2}key: CHANGE_ME\n/,
  );
  const { stages } = parse(text) as { stages: { train: { cmd: string } } };
  assert.equal(
    stages.train.cmd.replace('python3', 'python'),
    'python train.py --data ${params.data} --lr ${params.lr} --note "${params.note}" --key ${params.key}',
  );
  assert.match(text, /deps: \[train\.py, "helpers\/load\.py", rows\.csv\]/);
  assert.match(text, /Further flags: --gpu/);
  assert.match(notes.join('\n'), /`--key` has no default: replace CHANGE_ME/);
});
