import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Estimate } from '../../protocol/modelCard.ts';
import type { GateResult } from '../../protocol/runs.ts';
import { gatesText, metricText } from '../../words/metrics.ts';
import { WorkError, checkCancelled } from '../base/errors.ts';
import { sourceSql } from '../data/readSource.ts';
import type { Table } from '../data/table.ts';
import type { Model } from '../models/model.ts';
import { loadModel } from '../models/savedModel.ts';
import { parseMetric } from '../evaluation/metricName.ts';
import { usualMetrics } from '../evaluation/metrics.ts';
import { declaredMetrics } from '../project/primaryMetric.ts';
import { relativePath } from '../project/projectFiles.ts';
import type { ValidateStage } from '../project/schema/validateStage.ts';
import { registerVersion, versionOf } from '../registry/modelVersions.ts';
import { reportFile, type ValidationReport } from '../registry/validationReport.ts';
import { lockKey } from '../fingerprint/lockFile.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { bootstrapIntervals, type Interval } from '../evaluation/intervals.ts';
import { quantile } from '../statistics/quantile.ts';
import { calibrationBins } from '../evaluation/calibration.ts';
import { rank } from '../evaluation/ranking.ts';
import { bestRecall } from '../evaluation/measures/recallAtPrecision.ts';
import { confusionFile } from '../tracking/confusion.ts';
import { newestSnapshot } from '../tracking/snapshots.ts';
import { confusionMatrix } from '../evaluation/confusion.ts';
import { groupsOf } from '../evaluation/groups.ts';
import { evaluator } from '../evaluation/evaluate.ts';
import { type Predictions } from '../evaluation/predictions.ts';
import { fairnessRows } from '../evaluation/fairness/fairness.ts';
import { binaryTarget, classTarget, columnOf, numberTarget, textValues } from '../models/features.ts';
import { describeGate, judgeGate, noChampionNote, type Measured } from '../evaluation/gates.ts';
import { predictTable, sliceTable } from '../models/predictTable.ts';
import { sliceRows } from '../evaluation/slices.ts';
import { count, datasetOf, type StageContext, type StageOutcome } from './stageContext.ts';
import { readSide } from './train.ts';

const defaultConfidence = 0.95;
const referenceRows = 50_000;

/**
 * Tests a model on the test rows: metrics with intervals, slices, fairness, speed and gates; registers it as a model
 * version.
 */
export async function validate(context: StageContext, stage: ValidateStage): Promise<StageOutcome> {
  const { with: inputs } = stage;
  const dataset = datasetOf(context, inputs.data);
  const { root } = context.project;
  const folder = modelFolder(context, inputs.model);
  const model = await loadModel(join(root, folder));
  const db = await context.database();
  const source = sourceSql(context.fingerprints.expand(dataset.path).map((file) => join(root, file)));
  const columns = [
    ...model.meta.features.map((feature) => feature.name),
    model.meta.target,
    ...(inputs.slices ?? []),
    ...(inputs.fairness?.attributes ?? []),
  ];
  context.progress('reading the test rows');
  const test = await readSide(db, source, columns, 'test', inputs.data);
  if (test.rows === 0)
    throw new WorkError(`\`${inputs.data}\` has no test rows. Give the stage that prepares it a \`split\`.`);
  const validation = await readSide(db, source, columns, 'validation', inputs.data);
  checkCancelled(context.signal);

  context.progress('predicting the test rows');
  const minPrecision = inputs.min_precision ?? 0.9;
  const truth = truthOf(model, test);
  const predictions = await predictTable(model, test);
  const threshold = await decisionThreshold(model, validation.rows > 0 ? validation : test, minPrecision);
  const options = { threshold, minPrecision };
  const metrics = evaluator(truth, predictions, options);
  const champion = await championOnSameRows(context, test, truth, options);

  context.progress('computing intervals', 0.4);
  const confidences = new Set([
    defaultConfidence,
    ...Object.values(stage.gates ?? {}).flatMap((gate) => gate.at_confidence ?? []),
  ]);
  const intervals = new Map<number, Record<string, Interval | null>>();
  for (const confidence of confidences) {
    intervals.set(
      confidence,
      bootstrapIntervals({ n: test.rows, confidence, seed: context.seed }, (weights) => {
        const own = metrics(weights);
        const other = champion?.metrics(weights);
        return {
          ...own,
          ...(other
            ? Object.fromEntries(Object.keys(own).map((key) => [`${key}@champion`, difference(own[key], other[key])]))
            : {}),
        };
      }),
    );
    checkCancelled(context.signal);
  }
  const values = metrics();
  const latency = await measureLatency(model, test);
  const bytes = context.fingerprints.expand(folder).reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
  const performance: Record<string, Estimate> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === null) continue;
    const interval = intervals.get(defaultConfidence)?.[key] ?? null;
    performance[key] = {
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      confidence: interval ? defaultConfidence : null,
      n: test.rows,
    };
  }
  performance['latency_p50_ms'] = single(latency.p50, latency.n);
  performance['latency_p95_ms'] = single(latency.p95, latency.n);
  performance['model_bytes'] = single(bytes, 1);

  context.progress('slices and fairness', 0.8);
  const slices = (inputs.slices ?? []).flatMap((column) =>
    sliceRows({
      column,
      groups: groupsOf(textValues(columnOf(test, column))),
      truth,
      predictions,
      options,
      seed: context.seed,
    }),
  );
  const fairness =
    model.meta.task === 'binary' && threshold !== null
      ? (inputs.fairness?.attributes ?? []).flatMap((attribute) =>
          fairnessRows(attribute, groupsOf(textValues(columnOf(test, attribute))), truth, predictions, threshold),
        )
      : [];

  const measure = (gate: string, confidence: number): Measured => {
    const metric = parseMetric(gate);
    if (metric?.attribute) {
      const row = fairness.find(
        (candidate) => candidate.attribute === metric.attribute && candidate.measure === metric.name,
      );
      return {
        value: row?.value ?? null,
        interval: null,
        n: test.rows,
        note: row ? '' : `\`${metric.attribute}\` gave no groups`,
      };
    }
    const interval = intervals.get(confidence)?.[gate] ?? null;
    if (metric?.champion) {
      if (!champion) return { value: null, interval: null, n: null, note: noChampionNote };
      return {
        value: difference(values[metric.name], champion.metrics()[metric.name]),
        interval,
        n: test.rows,
        note: '',
        against: champion.version,
      };
    }
    const value = performance[metric?.name ?? gate]?.value ?? null;
    return {
      value,
      interval,
      n: performance[metric?.name ?? gate]?.n ?? test.rows,
      note: value === null ? nullReason(model) : '',
    };
  };
  const gates = Object.entries(stage.gates ?? {}).map(([gate, bound]) =>
    judgeGate(gate, bound, measure(gate, bound.at_confidence ?? defaultConfidence)),
  );

  const referencePath = writeReference(context, test, predictions);
  const snapshot = newestSnapshot(context.store, inputs.data);
  if (snapshot) context.run.input(inputs.data, snapshot.id);
  const report: ValidationReport = {
    version: 1,
    task: model.meta.task,
    target: model.meta.target,
    algorithm: algorithmOf(model),
    backend: model.meta.backend,
    threshold,
    minPrecision,
    classes: classNames(
      model,
      dataset.schema?.fields.find((field) => field.name === model.meta.target)?.type === 'boolean',
    ),
    performance,
    headlineMetric: headlineOf(context, model, performance),
    gates,
    slices,
    fairness,
    calibration: model.meta.task === 'binary' ? calibrationBins(truth, predictions.values) : [],
    data: {
      dataset: inputs.data,
      hash: snapshot?.hash ?? '',
      quarantined: quarantinedBefore(context),
      preparedAt: snapshot?.createdAt ?? Date.now(),
      rows: snapshot?.detail.split ?? { train: 0, validation: validation.rows, test: test.rows },
      period: snapshot?.detail.period ?? null,
    },
    features: model.meta.features.map((feature) => ({
      name: feature.name,
      kind: feature.kind,
      missing: missingShare(test, feature.name),
      levels: levelsOf(model, feature.name),
    })),
    modelPath: folder,
    referencePath,
  };
  const confusion = confusionMatrix(truth, predictions, threshold, report.classes);
  if (confusion) writeAtomic(join(context.artifacts(), confusionFile), `${JSON.stringify(confusion)}\n`);
  const reportPath = join(context.artifacts(), reportFile(context.node.name));
  writeAtomic(reportPath, `${JSON.stringify(report, null, 2)}\n`);
  const version = context.registers
    ? registerVersion(context.store, context.config.project, context.run.runId, report)
    : null;
  context.run.metrics(Object.fromEntries(Object.entries(performance).map(([key, estimate]) => [key, estimate.value])));
  context.run.gates(gates);
  logResults(context, performance, gates, version);
  const failed = gates.filter((gate) => !gate.passed);
  const headline = performance[report.headlineMetric];
  const verdict = { passed: gates.length - failed.length, total: gates.length };
  const summary = [
    headline ? `${report.headlineMetric} ${metricText(report.headlineMetric, headline.value)}` : '',
    gates.length > 0 ? gatesText(verdict) : '',
    version === null ? '' : `v${version}`,
  ]
    .filter(Boolean)
    .join(' · ');
  return {
    summary,
    outs: [relativePath(root, reportPath), referencePath],
    ...(failed.length > 0
      ? {
          refused: `${gatesText(verdict)}${version === null ? '' : ` for version ${version}`}: ${failed.map(describeGate).join('; ')}`,
        }
      : {}),
  };
}

/** The primary metric, where this validation measured it; else what is usual for the task. */
function headlineOf(context: StageContext, { meta }: Model, performance: Record<string, Estimate>): string {
  const known = [
    ...declaredMetrics(context.project, context.experiment).map(({ name }) => name),
    ...usualMetrics(meta.task),
  ];
  return known.find((name) => performance[name] !== undefined) ?? Object.keys(performance)[0] ?? '';
}

function single(value: number, n: number): Estimate {
  return { value, low: null, high: null, confidence: null, n };
}

function modelFolder(context: StageContext, stage: string): string {
  const lock = context.lock();
  const entry = lock[lockKey(stage, context.experiment)] ?? lock[stage];
  const file = Object.keys(entry?.outs ?? {}).find((path) => path.endsWith('loopwright-model.json'));
  if (file === undefined)
    throw new WorkError(
      `The stage \`${stage}\` left no model that can be tested: none of its outputs is a folder with \`loopwright-model.json\`.`,
      { place: { file: 'loopwright.yaml' } },
    );
  return file.slice(0, file.lastIndexOf('/'));
}

/** The true values as numbers: 0 or 1, the number of the class, or the value. */
export function truthOf(model: Model, table: Table): Float64Array {
  const { task, target, positive, classes } = model.meta;
  if (task === 'binary') return binaryTarget(table, target, positive ?? true);
  if (task === 'regression') return numberTarget(table, target);
  const names = classes ?? [];
  return Float64Array.from(classTarget(table, target), (value) =>
    value === null || !names.includes(value) ? Number.NaN : names.indexOf(value),
  );
}

/**
 * The smallest score at which precision is at least the wanted one, on rows the test does not see; 0.5 where none
 * reaches it.
 */
async function decisionThreshold(model: Model, table: Table, minPrecision: number): Promise<number | null> {
  if (model.meta.task !== 'binary') return null;
  const found = bestRecall(rank(truthOf(model, table), await model.scores(table)), minPrecision);
  return found && Number.isFinite(found.threshold) ? found.threshold : 0.5;
}

async function championOnSameRows(
  context: StageContext,
  test: Table,
  truth: Float64Array,
  options: { threshold: number | null; minPrecision: number },
): Promise<{ version: number; metrics: ReturnType<typeof evaluator> } | null> {
  const champion = versionOf(context.store, context.config.project, 'champion');
  if (!champion) return null;
  const model = await loadModel(join(context.project.root, champion.path));
  const missing = model.meta.features.filter((feature) => !test.columns[feature.name]);
  if (missing.length > 0) {
    context.log(
      `warning: the champion v${champion.version} needs ${missing.map((feature) => feature.name).join(', ')}, which the data no longer has; it cannot be compared`,
    );
    return null;
  }
  return {
    version: champion.version,
    metrics: evaluator(truth, await predictTable(model, test), { ...options, threshold: champion.report.threshold }),
  };
}

async function measureLatency(model: Model, test: Table): Promise<{ p50: number; p95: number; n: number }> {
  const times: number[] = [];
  for (let i = 0; i < 220; i++) {
    const row = sliceTable(test, i % test.rows, (i % test.rows) + 1);
    const start = performance.now();
    await predictTable(model, row);
    // The first calls compile code; users of a running service do not wait for that.
    if (i >= 20) times.push(performance.now() - start);
  }
  const sorted = Float64Array.from(times).toSorted();
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), n: sorted.length };
}

function writeReference(context: StageContext, test: Table, predictions: Predictions): string {
  const path = join(context.artifacts(), `reference-${context.node.name}.json`);
  const step = Math.max(1, Math.ceil(test.rows / referenceRows));
  const rows: number[] = [];
  for (let i = 0; i < test.rows; i += step) rows.push(i);
  const columns: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(test.columns))
    columns[name] = {
      kind: column.kind,
      values: rows.map((i) =>
        column.kind === 'number'
          ? Number.isNaN(column.values[i])
            ? null
            : column.values[i]
          : (column.values[i] ?? null),
      ),
    };
  columns['_score'] = { kind: 'number', values: rows.map((i) => predictions.values[i]) };
  writeAtomic(path, JSON.stringify({ rows: rows.length, columns }));
  return relativePath(context.project.root, path);
}

function quarantinedBefore(context: StageContext): number {
  return Object.keys(context.config.datasets ?? {}).reduce(
    (sum, name) => sum + (newestSnapshot(context.store, name)?.quarantined ?? 0),
    0,
  );
}

function missingShare(table: Table, name: string): number {
  const column = columnOf(table, name);
  let missing = 0;
  if (column.kind === 'number') for (const value of column.values) missing += Number.isNaN(value) ? 1 : 0;
  else for (const value of column.values) missing += value === null ? 1 : 0;
  return table.rows === 0 ? 0 : missing / table.rows;
}

function difference(a: number | null | undefined, b: number | null | undefined): number | null {
  return a === null || a === undefined || b === null || b === undefined ? null : a - b;
}

function nullReason(model: Model): string {
  return model.meta.task === 'binary' ? 'the test rows hold only one class' : 'there are not enough test rows';
}

function algorithmOf({ meta }: Model): string {
  if (meta.hidden.length > 0) return `multi-layer perceptron [${meta.hidden.join(', ')}]`;
  return meta.task === 'regression' ? 'linear regression' : 'logistic regression';
}

function logResults(
  context: StageContext,
  performance: Record<string, Estimate>,
  gates: GateResult[],
  version: number | null,
): void {
  for (const [name, estimate] of Object.entries(performance))
    context.log(
      `${name.padEnd(22)} ${Number(estimate.value.toPrecision(4))}${estimate.low === null || estimate.high === null ? '' : `  [${Number(estimate.low.toPrecision(4))}, ${Number(estimate.high.toPrecision(4))}]`}`,
    );
  for (const gate of gates)
    context.log(
      `gate ${gate.passed ? 'passed' : 'FAILED'}: ${describeGate(gate)}${gate.note && gate.value !== null ? ` (${gate.note})` : ''}`,
    );
  context.log(
    `${version === null ? 'a trial, not registered as a version' : `registered as version ${version} of ${context.config.project}`}; ${count(Object.keys(performance).length)} metrics`,
  );
}

function levelsOf(model: Model, feature: string): number | null {
  const step = model.meta.preprocess.steps.find((candidate) => candidate.name === feature);
  return step?.kind === 'categorical' ? step.levels.length : null;
}

/** The classes as a person wrote them: a boolean is trained on as 0 and 1, and answered as false and true. */
function classNames({ meta }: Model, boolean: boolean): string[] | null {
  if (meta.task === 'regression') return null;
  return boolean ? meta.classes.map((name) => ({ 0: 'false', 1: 'true' })[name] ?? name) : meta.classes;
}
