import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PlotValue, RunPlot } from '../../protocol/runPlot.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { artifactsFolder } from '../../engine/store/store.ts';
import { curveOf } from '../../webviews/ui/series.ts';
import { dvcVenv as python } from '../helpers/dvcVenv.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { ownMetrics, runsOf } from '../helpers/runsOf.ts';

const script = join(import.meta.dirname, 'dvcSide.py');

/** The points of a metric of the newest run: steps and values. */
function pointsOf(root: string, key: string): [step: number, value: number][] {
  const store = openStore(root);
  const [run] = runsOf(root);
  const [series] = metricSeries(store, [run?.runId ?? ''], key);
  store.sql.close();
  assert.ok(series);
  const { steps, values } = curveOf(series);
  return [...steps].map((step, i) => [step, values[i] ?? 0]);
}

function plotsOf(root: string): Map<string, RunPlot | null> {
  const store = openStore(root);
  const [run] = runsOf(root);
  const folder = artifactsFolder(store, run?.runId ?? '');
  store.sql.close();
  return new Map(
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((path) => /\.\w+$/.test(path))
          .toSorted()
          .map((path) => [
            path,
            path.endsWith('.plot.json') ? (JSON.parse(readFileSync(join(folder, path), 'utf8')) as RunPlot) : null,
          ])
      : [],
  );
}

/**
 * Tried: CSV, TSV, JSON, nested JSON, lists side by side and YAML; without x and without y; x and y named for the file,
 * for several files, several fields of one file, and x of another file; no header; texts, NaN, infinities and empty
 * cells; quotes and CRLF; templates, titles and labels; plots of a stage, of the whole file, of a folder with one inside
 * of its own, of a `foreach`, of a `matrix` with `wdir`, and of a dvc.yaml in a folder; images; files that cannot be
 * read, that are not there, and that no stage wrote.
 */
const plots = {
  'make.sh': `mkdir -p p/deep img live
printf 'step,loss\\n0,1.5\\n1,nan\\n2,inf\\n3,\\n' > a.csv
printf 'epoch\\tacc\\tf1\\r\\n1\\t0.5\\t1e-3\\r\\n2\\t0.75\\t"0.5"\\r\\n' > b.tsv
printf '{"roc": [{"fpr": 0.0, "tpr": 0.0, "t": Infinity}, {"fpr": 0.5, "tpr": 0.75, "t": NaN}, {"fpr": 1, "tpr": 1, "t": 0.1}]}' > roc.json
printf '{"roc": [{"fpr": 0.0, "tpr": 0.1}, {"fpr": 1, "tpr": 0.9}]}' > p/roc2.json
printf '{"a": [{"x": 1}, {"x": 2}], "b": {"c": [{"y": 3}, {"y": 4}]}, "d": [1, 2], "e": [{"q": 1}, {"r": 2}]}' > sides.json
printf -- '- {k: 1, v: 2.5}\\n- {k: 2, v: 1_000}\\n' > c.yaml
printf 'actual,predicted\\ncat,cat\\ndog,cat\\n"a ""b"", c",dog\\n' > classes.csv
printf '1,2\\n3,4\\n' > bare.csv
printf 'x,y\\n1,2\\n' > p/deep/in.csv
printf 'x,y\\n5,6\\n' > p/own.csv
printf '{"broken"' > broken.json
printf '\\211PNG' > img/one.png
printf 'step,v\\n0,1\\n' > only.csv
`,
  'old.csv': 'x,y\n1,2\n',
  'sub/params.yaml': 'n: 1\n',
  'sub/make.sh': "printf 'x,y\\n7,8\\n' > s.csv; echo > used",
  'sub/dvc.yaml':
    'stages:\n  s: { cmd: sh make.sh, deps: [make.sh], outs: [used], plots: [s.csv: { x: x, y: y, title: T }] }\nplots: [{ s: { x: x, y: { s.csv: y } } }]\n',
  'dvc.yaml': `plots:
  - a.csv
  - b.tsv: { x: epoch, y: acc, title: Accuracy, x_label: Epoch, y_label: Share, template: smooth }
  - both: { x: epoch, y: { b.tsv: [acc, f1] } }
  - ROC: { x: fpr, y: { roc.json: tpr, p/roc2.json: tpr } }
  - apart: { x: { roc.json: fpr, p/roc2.json: fpr }, y: { roc.json: tpr, p/roc2.json: tpr } }
  - joined: { x: { c.yaml: k }, y: { b.tsv: f1 } }
  - mixed: { y: { roc.json: t, p/roc2.json: tpr } }
  - sides.json: { x: x, y: y }
  - c.yaml
  - classes.csv: { x: actual, y: predicted, template: confusion }
  - p
  - p/own.csv: { x: x, title: Own }
  - broken.json
  - gone.csv
  - old.csv
  - img
stages:
  make:
    cmd: sh make.sh
    deps: [make.sh, sub/used]
    plots:
      - bare.csv: { header: false }
      - only.csv: { x: step, y: v, template: scatter, x_label: X }
  each:
    foreach: [one, two]
    do:
      cmd: printf 'x,y\\n1,2\\n' > e_\${item}.csv
      plots: ["e_\${item}.csv": { x: x, y: y, title: "\${item}" }]
  grid:
    matrix: { m: [a, b] }
    wdir: sub
    cmd: printf 'x,y\\n1,2\\n' > g_\${item.m}.csv
    plots: ["g_\${item.m}.csv": { x: x, y: y }]
`,
};

function asTheirs({ series }: RunPlot): [PlotValue[], PlotValue[]][] {
  const plain = (value: PlotValue): PlotValue =>
    typeof value === 'string' ? value.replace('Infinity', 'inf').replace('NaN', 'nan') : value;
  return series.map(({ x, y }) => [x.map(plain), y.map(plain)]);
}

/** DVC leaves the cells of CSV files as text. */
function numbersIn(values: unknown[]): unknown[] {
  return values.map((value) =>
    typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value,
  );
}

test('plots have the values of dvc plots show, and are kept with the run of the stage that drew them', async (t) => {
  const why = python.prepare();
  if (why) {
    if (process.env['CI']) assert.fail(why);
    return t.skip(why);
  }
  const root = makeProject(plots);
  python.run(script, JSON.stringify({ folder: root, do: 'init' }));
  const { code, err } = await runCli(['run'], { cwd: root });
  assert.equal(code, 0, err);
  const kept = plotsOf(root);
  const made = new Map([...kept.values()].flatMap((plot) => (plot ? [[plot.id, plot]] : [])));
  const theirs = JSON.parse(python.run(script, JSON.stringify({ folder: root, do: 'plots' }))) as Record<
    string,
    { title: string; x: string; y: string; template: string | null; series: Record<string, [unknown[], unknown[]]> }
  >;
  const shown = Object.entries(theirs).filter(([, { series }]) => Object.keys(series).length > 0);
  for (const [id, plot] of shown) {
    if (id === 'old.csv') continue;
    const own = made.get(id.replace(/^.*dvc\.yaml::/, ''));
    assert.ok(own, `${id} of ${[...made.keys()].join(', ')}`);
    assert.deepEqual(
      asTheirs(own),
      Object.values(plot.series).map(([x, y]) => [numbersIn(x), numbersIn(y)]),
      id,
    );
    assert.deepEqual(
      [own.title, own.xLabel, own.yLabel, own.template],
      [plot.title, plot.x, plot.y, plot.template],
      id,
    );
  }
  assert.equal(made.size, shown.length - 1, `${[...made.keys()].join(', ')} and ${shown.map(([id]) => id).join(', ')}`);
  assert.ok(kept.has('plots/img/one.png'), 'images are artifacts');
  assert.ok(!made.has('old.csv'), 'what no stage wrote is of no run');
});

test('DVCLive: each metric has all its points, with steps and times, and the name and value of metrics.json', async (t) => {
  // Tried: nested names, NaN, infinities, points of other steps, a summary that replaces a value, an image, params, a
  // folder of another name, a second run over the first, and a metric that only the summary has.
  const why = python.prepare();
  if (why) {
    if (process.env['CI']) assert.fail(why);
    return t.skip(why);
  }
  const root = makeProject({
    'train.py': `import sys
from dvclive import Live
with Live(sys.argv[1], save_dvc_exp=False, report=None, dvcyaml=None) as live:
    live.log_param("lr", 0.1)
    for step, loss in enumerate([0.5, float("nan"), float("inf"), 0.25]):
        live.log_metric("train/loss", loss, timestamp=True)
        live.log_metric("acc", step / 10)
        if step == 2:
            live.log_metric("rare", 7)
        live.next_step()
    live.summary["acc"] = 0.9
    live.summary["only"] = 3
`,
    'dvc.yaml': `stages:
  train:
    cmd: ${python.python} train.py out/live
    deps: [train.py]
    outs: [out]
params: [out/live/params.yaml]
metrics: [out/live/metrics.json]
plots: [{ out/live/plots/metrics: { x: step } }]
`,
  });
  for (const force of [[], ['--force']]) {
    const { code, err } = await runCli(['run', 'train', ...force], { cwd: root });
    assert.equal(code, 0, err);
    assert.deepEqual(pointsOf(root, 'train.loss'), [
      [0, 0.5],
      [1, Number.NaN],
      [2, Infinity],
      [3, 0.25],
    ]);
    assert.deepEqual(
      pointsOf(root, 'acc').map(([step, value]) => [step, value]),
      [
        [0, 0],
        [1, 0.1],
        [2, 0.2],
        [3, 0.3],
        [3, 0.9],
      ],
    );
    assert.deepEqual(pointsOf(root, 'rare'), [[2, 7]]);
    const [run] = runsOf(root);
    const { acc, rare, only, 'train.loss': loss } = ownMetrics(run);
    assert.deepEqual([acc, rare, only, loss], [0.9, 7, 3, 0.25]);
    assert.equal(run?.params['out/live/params.yaml:lr'], 0.1);
    assert.equal(plotsOf(root).size, 0, 'series are not kept twice');
  }
});
