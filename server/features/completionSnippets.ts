import { CompletionItemKind, InsertTextFormat, type CompletionItem } from 'vscode-languageserver';
import type { KeyPath } from '../../engine/project/schemaPath.ts';
import type { FileKind } from '../../engine/project/shape.ts';

interface Block {
  label: string;
  docs: string;
  body: readonly string[];
}

/** Whole entries with placeholders, by the mapping or list that they belong into. */
const blocks: Partial<Record<`${FileKind} ${string}`, readonly Block[]>> = {
  'project labelling': [{ label: 'labelling task', docs: 'Rows of a dataset that people label.', body: ['${1:review}:', '  data: ${2:dataset}', '  label: ${3:label}', '  classes: [${4:yes, no}]', '  file: data/labels/${1:review}.csv'] }],
  'project datasets': [{ label: 'dataset', docs: 'A named table and its schema.', body: ['${1:name}: { path: data/${1:name}/*.parquet, schema: schemas/${1:name}.dataset.yaml }'] }],
  'project stages': [
    { label: 'collect stage', docs: 'Brings files or a download into a dataset.', body: ['${1:collect}:', '  uses: collect', '  with: { dataset: ${2:dataset}, from: { files: ${3:incoming/*.csv} } }'] },
    { label: 'prepare stage', docs: 'Makes a dataset from others with SQL, and splits it.', body: ['${1:prepare}:', '  uses: prepare', '  with:', '    sql: ${2:sql/features.sql}', '    output: ${3:features}', '    split: { by: time, column: ${4:at}, train: 0.7, validation: 0.15, test: 0.15 }'] },
    { label: 'train stage', docs: 'Trains a model with TensorFlow.js.', body: ['${1:train}:', '  uses: train', '  with: { data: ${2:features}, model: ${3|mlp,logistic,linear|} }'] },
    { label: 'validate stage', docs: 'Tests a model on rows it has not seen, against gates.', body: ['${1:validate}:', '  uses: validate', '  with: { model: ${2:train}, data: ${3:features} }', '  gates:', '    ${4:pr_auc}: { min: ${5:0.8} }'] },
    { label: 'command stage', docs: 'Runs a program of your own.', body: ['${1:name}:', '  cmd: ${2:python train.py}', '  deps: [${3:train.py}]', '  outs: [${4:model/}]'] },
  ],
  'project deployments': [
    { label: 'API deployment', docs: 'Serves predictions over HTTP.', body: ['${1:production}: { model: champion, as: api, port: ${2:8080} }'] },
    { label: 'batch deployment', docs: 'Scores files.', body: ['${1:nightly}: { model: champion, as: batch, input: ${2:data/today/*.parquet}, output: ${3:data/scored} }'] },
  ],
  'project monitors': [{ label: 'monitor', docs: 'Watches a deployment by windows.', body: ['${1:production}:', '  deployment: ${1:production}', '  reference: ${2:validate}', '  window: { every: ${3:1d}, min_rows: ${4:500} }', '  drift: { share: ${5:0.3} }', '  expect:', '    ${6:latency_p95_ms}: { max: ${7:20} }'] }],
  'project gates': [
    { label: 'gate', docs: 'A bound that a metric must meet.', body: ['${1:pr_auc}: { min: ${2:0.8} }'] },
    { label: 'gate against the champion', docs: 'The new model may not be worse than the one that serves.', body: ['${1:pr_auc}@champion: { min: ${2:-0.01} }'] },
    { label: 'fairness gate', docs: 'The difference between groups may not be larger.', body: ['equal_opportunity_difference[${1:attribute}]: { max: ${2:0.1} }'] },
  ],
  'project when': [
    { label: 'when inputs drift', docs: 'Retrain when the share of drifted columns is reached.', body: ['{ monitor: ${1:production}, drift: dataset, for: ${2:2} windows }'] },
    { label: 'when a metric falls', docs: 'Retrain when a metric falls below its bound.', body: ['{ monitor: ${1:production}, below: ${2:pr_auc}, for: ${3:2} windows }'] },
    { label: 'at fixed times', docs: 'Retrain by a schedule, in UTC.', body: ['{ schedule: "${1:0 3 * * 1}" }'] },
  ],
  'dataset fields': [
    { label: 'feature', docs: 'A column that a model learns from.', body: ['{ name: ${1:name}, type: ${2|number,integer,string,boolean|}, loopwright: { role: feature } }'] },
    { label: 'categorical feature', docs: 'A column with few values.', body: ['{ name: ${1:name}, type: string, categories: [${2:a}, ${3:b}], loopwright: { role: feature } }'] },
    { label: 'target', docs: 'The column that a model predicts.', body: ['{ name: ${1:name}, type: ${2|boolean,string,number|}, constraints: { required: true }, loopwright: { role: target } }'] },
    { label: 'timestamp', docs: 'When a row came to be.', body: ['{ name: ${1:at}, type: datetime, constraints: { required: true }, loopwright: { role: timestamp } }'] },
    { label: 'protected attribute', docs: 'A group that the model must be fair to.', body: ['{ name: ${1:age_group}, type: string, categories: [${2:a}, ${3:b}], loopwright: { role: protected } }'] },
    { label: 'id', docs: 'What names a row.', body: ['{ name: ${1:id}, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }'] },
  ],
  'experiment ': [
    { label: 'sweep', docs: 'Many runs with varied params.', body: ['sweep:', '  method: ${1|random,latin_hypercube,grid,halving,bayesian|}', '  runs: ${2:20}', '  objective: { maximize: ${3:pr_auc} }', '  params:', '    ${4:learning_rate}: { log_uniform: [${5:0.0001}, ${6:0.01}] }'] },
  ],
};

/** Whole entries for the mapping or list at a path; they are of several lines, so not inside brackets. */
export function snippetItems(kind: FileKind, path: KeyPath, flow: boolean): CompletionItem[] {
  const section = path.findLast((step) => typeof step === 'string') ?? '';
  const found = path.length <= 1 || section === 'gates' || section === 'when' ? blocks[`${kind} ${section}`] : undefined;
  return (found ?? []).filter(({ body }) => !flow || body.length === 1).map(({ label, docs, body }) => ({
    label, kind: CompletionItemKind.Snippet, detail: 'whole entry', documentation: { kind: 'markdown', value: `${docs}\n\n\`\`\`yaml\n${body.join('\n').replaceAll(/\$\{\d+[:|]([^,|}]*)[^}]*\}/g, '$1')}\n\`\`\`` },
    insertText: body.join('\n'), insertTextFormat: InsertTextFormat.Snippet, sortText: `~${label}`,
  }));
}
