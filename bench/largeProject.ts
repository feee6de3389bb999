import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An edit that goes back and forth: one text and the other, both valid, the second with one finding more. */
export interface Toggle {
  from: string;
  to: string;
}

/**
 * Writes a project of about so many lines into a folder: groups of stages of all kinds with gates, datasets with
 * schemas, params, deployments and monitors. Gives its file and an edit in its middle.
 */
export function writeLargeProject(folder: string, lines: number): { file: string; lines: number; edit: Toggle } {
  const groups = Math.max(2, Math.round((lines - 20) / 43));
  const sections: Record<'params' | 'datasets' | 'stages' | 'deployments' | 'monitors', string> = {
    params: '',
    datasets: '',
    stages: '',
    deployments: '',
    monitors: '',
  };
  for (let i = 0; i < groups; i++) {
    sections.params += `  rate_${i}: 0.00${(i % 9) + 1}\n  epochs_${i}: ${10 + (i % 30)}\n`;
    sections.datasets += `  raw_${i}: { path: data/raw_${i}/*.parquet, schema: schemas/table.dataset.yaml }\n  features_${i}: { path: data/features_${i}.parquet, schema: schemas/table.dataset.yaml, description: What model ${i} learns from }\n`;
    sections.stages += stagesOf(i);
    sections.deployments += `  service_${i}: { model: champion, as: api, port: ${8000 + i} }\n`;
    sections.monitors += `  watch_${i}:\n    deployment: service_${i}\n    reference: validate_${i}\n    window: { every: 1d, min_rows: 500 }\n    drift: { share: 0.3 }\n    expect:\n      latency_p95_ms: { max: 20 }\n`;
    writeText(join(folder, `sql/features_${i}.sql`), `SELECT id, "at", amount, country, late\nFROM raw_${i}\n`);
  }
  writeText(join(folder, 'schemas/table.dataset.yaml'), schema);
  const text = `version: 1\nproject: large\nseed: 1\n\n${Object.entries(sections)
    .map(([name, body]) => `${name}:\n${body}`)
    .join('\n')}\ncard:\n  intended_use: To be edited quickly.\n`;
  const file = join(folder, 'loopwright.yaml');
  writeText(file, text);
  const middle = Math.floor(groups / 2);
  return {
    file,
    lines: text.split('\n').length,
    edit: { from: `model: train_${middle}, data`, to: `model: trian_${middle}, data` },
  };
}

function stagesOf(i: number): string {
  return `  collect_${i}:
    uses: collect
    with: { dataset: raw_${i}, from: { url: "https://example.org/raw_${i}.csv", sha256: ${'a'.repeat(64)} } }
  prepare_${i}:
    uses: prepare
    with:
      sql: sql/features_${i}.sql
      output: features_${i}
      invalid: quarantine   # bad rows are kept beside the data
      split: { by: time, column: at, train: 0.7, validation: 0.15, test: 0.15 }
  train_${i}:
    description: Model number ${i}
    uses: train
    with:
      data: features_${i}
      model: mlp
      hidden: [64, 32]
      learning_rate: \${params.rate_${i}}
      epochs: \${params.epochs_${i}}
      patience: 3
  validate_${i}:
    uses: validate
    with: { model: train_${i}, data: features_${i}, slices: [country] }
    gates:
      roc_auc: { min: 0.6 }
      pr_auc: { min: 0.4, at_confidence: 0.95 }
      latency_p95_ms: { max: 5 }
      pr_auc@champion: { min: -0.01 }

`;
}

const schema = `fields:
  - { name: id, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }
  - { name: at, type: datetime, constraints: { required: true }, loopwright: { role: timestamp } }
  - { name: amount, type: number, constraints: { minimum: 0 }, loopwright: { role: feature } }
  - { name: country, type: string, categories: [de, fr, pl], loopwright: { role: feature } }
  - { name: late, type: boolean, loopwright: { role: target } }
primaryKey: id
`;

function writeText(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}
