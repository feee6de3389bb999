import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../scripts/editorServer.ts';

/** What 16,000 rows cannot prove, and what another program on this machine may be using, is changed in the copy. */
function changes(port: number): [string, string][] {
  return [
    ['pr_auc: { min: 0.70, at_confidence: 0.95 }', 'pr_auc: { min: 0.2 }'],
    ['equal_opportunity_difference[age_group]: { max: 0.25 }', 'demographic_parity_difference[age_group]: { max: 1 }'],
    ['min: -0.01 ', 'min: -0.95 '],
    ['port: 8080', `port: ${port}`],
    ['min_rows: 500', 'min_rows: 100'],
    // The person retrains; the data ended long before today, so a window that ends today would be empty.
    ['  data: { window: 45d }\n', ''],
    ['drift: dataset, for: 2 windows', 'drift: dataset, for: 50 windows'],
    ['below: pr_auc, for: 2 windows', 'below: pr_auc, for: 50 windows'],
  ];
}

/** A copy of the fraud example with little data: January to March in its place, April to May beside it. */
export async function smallFraud(folder: string, root: string): Promise<string> {
  const project = join(folder, 'card-fraud');
  cpSync(join(root, 'examples/fraud'), project, {
    recursive: true,
    filter: (path) => !/[\\/](incoming|data|build|\.loopwright|loopwright\.lock|learnability\.ts)$/.test(path),
  });
  execFileSync(process.execPath, ['generate.mjs', '--rows', '16000'], { cwd: project });
  const later = join(folder, 'later');
  mkdirSync(join(later, 'labels'), { recursive: true });
  for (const month of ['04', '05', '06']) {
    renameSync(join(project, `incoming/transactions-2026-${month}.csv`), join(later, `transactions-2026-${month}.csv`));
    renameSync(
      join(project, `incoming/labels/labels-2026-${month}.csv`),
      join(later, `labels/labels-2026-${month}.csv`),
    );
  }
  const file = join(project, 'loopwright.yaml');
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of changes(await freePort())) {
    if (!text.includes(from))
      throw new Error(
        `examples/fraud/loopwright.yaml no longer holds "${from}": change test/editor/person/fraud.ts with it.`,
      );
    text = text.replace(from, to);
  }
  writeFileSync(file, text);
  return project;
}

export function portOf(project: string): number {
  return Number(/port: (\d+)/.exec(readFileSync(join(project, 'loopwright.yaml'), 'utf8'))?.[1]);
}
