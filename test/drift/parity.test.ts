import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../engine/data/database.ts';
import { compareTables, type CompareOptions } from '../../engine/drift/compareTables.ts';
import type { DriftRow, DriftTable, ProfileName } from '../../engine/drift/driftTable.ts';
import { openSide } from '../../engine/drift/openTables.ts';
import { isLong, rounds } from '../helpers/rounds.ts';
import { preparePython, python } from '../statistics/parityPython.ts';

// 2,000 random pairs of tables (4,000 columns): Python writes them as CSV and Parquet and says what evidently, NannyML
// and scipy say; ours reads the same files.

const pairs = isLong ? rounds(2000) : rounds(1000);
const reports = Math.max(2, Math.round(pairs * 0.02));
const script = join(dirname(fileURLToPath(import.meta.url)), 'parity.py');

/** What a tool says of a column. */
interface Theirs {
  type?: string | null;
  measure?: string;
  value?: number | null;
  threshold?: number | null;
  drifted?: boolean;
  n?: [number, number];
  error?: string;
}

interface Case {
  files: [string, string];
  kinds: string[];
  columns: string[];
  evidently: Record<string, Theirs>;
  test?: string;
  tested?: Record<string, Theirs>;
  method?: string;
  nannyml?: Record<string, Theirs>;
  scipy?: Record<string, Theirs | null>;
  tfdv?: Record<string, Theirs | null>;
}

interface Whole {
  files: [string, string];
  kinds: string[];
  error?: string;
  share?: number;
  dataset?: boolean;
  values?: Record<string, number | null>;
  drifted?: Record<string, boolean>;
  nannyml?: Record<string, Theirs>;
  nannymlError?: string;
}

interface TextCase {
  name: string;
  files: [string, string];
  auc: number;
  drifted: boolean;
}

type Line = ({ kind: 'case' } & Case) | ({ kind: 'whole' } & Whole) | ({ kind: 'text' } & TextCase);

/** Theirs and ours of the same files. */
interface Compared<C> {
  theirs: C;
  evidently: DriftTable;
  other: Map<string, DriftTable>;
}

const missing = preparePython();
const skip = missing === null || process.env['CI'] === 'true' ? false : `no Python to compare with: ${missing}`;
const folder = mkdtempSync(join(tmpdir(), 'loopwright-parity-'));
const cases: Compared<Case>[] = [];
const whole: Compared<Whole>[] = [];
const texts: Compared<TextCase>[] = [];

// Ours are computed while Python goes on to the next pair.
before(async () => {
  if (skip !== false) return;
  assert.equal(missing, null);
  const db = await openDatabase({ threads: 1 });
  const child = spawn(python, [script, folder, String(pairs), String(reports)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const closed = once(child, 'close');
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    const open = async (profile: ProfileName) =>
      [
        await openSide(db, [line.files[0]], profile, 'reference'),
        await openSide(db, [line.files[1]], profile, 'current'),
      ] as const;
    // evidently and NannyML read a table alike.
    const [reference, current] = await open('evidently');
    const ours = (profile: ProfileName, options: Partial<CompareOptions> = {}) =>
      compareTables(db, reference, current, { profile, ...options });
    const evidently = await ours('evidently');
    const other = new Map<string, DriftTable>();
    if (line.kind === 'text') texts.push({ theirs: line, evidently, other });
    else if (line.kind === 'whole')
      whole.push({ theirs: line, evidently, other: other.set('nannyml', await ours('nannyml')) });
    else {
      if (line.test !== undefined) other.set('test', await ours('evidently', { measure: line.test }));
      if (line.method !== undefined) other.set('nannyml', await ours('nannyml', { measure: line.method }));
      if (line.tfdv || line.scipy) {
        const plain = await open('loopwright');
        if (line.tfdv) other.set('tfdv', await compareTables(db, ...plain, { profile: 'tfdv' }));
        for (const [column, theirs] of Object.entries(line.scipy ?? {}))
          if (theirs?.measure !== undefined)
            other.set(
              column,
              await compareTables(db, ...plain, { profile: 'loopwright', measure: theirs.measure, columns: [column] }),
            );
      }
      cases.push({ theirs: line, evidently, other });
      for (const file of line.files) rmSync(file);
    }
  }
  const [status] = (await closed) as [number | null];
  db.close();
  assert.equal(status, 0, errors);
});

after(() => rmSync(folder, { recursive: true, force: true }));

function rowOf(table: DriftTable, column: string): DriftRow {
  const row = table.columns.find((candidate) => candidate.column === column);
  assert.ok(row, `there is no row for ${column}`);
  return row;
}

/** Collects how far apart values were, and fails at the first that is too far. */
class Distances {
  readonly #largest = new Map<string, { n: number; difference: number }>();

  check(measure: string, mine: number | null, theirs: number | null | undefined, where: string): void {
    if (mine === null || theirs === null || theirs === undefined) {
      assert.equal(mine, theirs ?? null, where);
      return;
    }
    const difference = Math.abs(mine - theirs) / Math.max(1, Math.abs(theirs));
    assert.ok(difference <= 1e-6, `${measure}: ours ${mine}, theirs ${theirs}: ${where}`);
    const known = this.#largest.get(measure) ?? { n: 0, difference: 0 };
    this.#largest.set(measure, { n: known.n + 1, difference: Math.max(known.difference, difference) });
  }

  tell(t: TestContext): void {
    for (const [measure, { n, difference }] of [...this.#largest].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      t.diagnostic(`${measure}: ${n} columns, largest difference ${difference.toExponential(1)}`);
  }
}

/** A value so near the threshold that rounding decides. */
function onTheEdge(row: DriftRow): boolean {
  return row.value !== null && row.threshold !== null && Math.abs(row.value - row.threshold) < 1e-9;
}

function checkEvidently(distances: Distances, row: DriftRow, theirs: Theirs, where: string): void {
  if (theirs.type === null) {
    assert.equal(row.type, 'none', where);
    return;
  }
  if (theirs.error !== undefined) {
    // Its exact Cramér-von Mises fails beside numpy 2; scipy's is compared with instead.
    if (theirs.error.startsWith('Cannot cast ufunc') && row.measure === 'cramer_von_mises_p') return;
    assert.ok(
      row.value === null && !row.drifted && row.note !== undefined,
      `evidently raises «${theirs.error}»: ${where}`,
    );
    return;
  }
  assert.equal(row.type, theirs.type, where);
  assert.equal(row.displayName, theirs.measure, where);
  if (row.type === 'text') return;
  distances.check(row.measure, row.value, theirs.value, where);
  assert.deepEqual([row.nReference, row.nCurrent], theirs.n, where);
  assert.equal(row.threshold, theirs.threshold, where);
  if (!onTheEdge(row)) assert.equal(row.drifted, theirs.drifted, `drifted: ${where}`);
}

test('evidently: type, choice of test, value, threshold and verdict of every column', { skip }, async (t) => {
  const distances = new Distances();
  assert.equal(cases.length, pairs);
  for (const { theirs: item, evidently: table } of cases) {
    for (const column of item.columns) {
      const row = rowOf(table, column);
      checkEvidently(
        distances,
        row,
        item.evidently[column] ?? {},
        `${item.files.join(' ')} ${column} ${item.kinds.join()} ${JSON.stringify(row)}`,
      );
    }
  }
  distances.tell(t);
});

test('evidently: each of its tests when asked for by name', { skip }, async (t) => {
  const distances = new Distances();
  for (const {
    theirs: { files, kinds, columns, test: name, tested },
    other,
  } of cases) {
    const table = other.get('test');
    if (name === undefined || !tested || !table) continue;
    for (const column of columns) {
      const row = rowOf(table, column);
      checkEvidently(
        distances,
        row,
        tested[column] ?? {},
        `${name} ${files.join(' ')} ${column} ${kinds.join()} ${JSON.stringify(row)}`,
      );
    }
  }
  distances.tell(t);
});

test('NannyML: value, threshold and alert of each method', { skip }, async (t) => {
  const distances = new Distances();
  for (const {
    theirs: { files, kinds, columns, method, nannyml },
    other,
  } of cases) {
    const table = other.get('nannyml');
    if (method === undefined || !nannyml || !table) continue;
    for (const column of columns) {
      const row = rowOf(table, column);
      checkNannyml(
        distances,
        row,
        nannyml[column] ?? {},
        `${method} ${files.join(' ')} ${column} ${kinds.join()} ${JSON.stringify(row)}`,
      );
    }
  }
  distances.tell(t);
});

function checkNannyml(distances: Distances, row: DriftRow, theirs: Theirs, where: string): void {
  if (theirs.type === null) {
    assert.equal(row.type, 'none', where);
    return;
  }
  if (theirs.error !== undefined) {
    assert.ok(
      row.value === null && !row.drifted && row.note !== undefined,
      `NannyML raises «${theirs.error}»: ${where}`,
    );
    return;
  }
  // From 10,000 rows on NannyML bins a reference with infinite values over edges that are NaN, and says 0.
  if (row.note?.includes('infinite values, which NannyML cannot bin')) return;
  distances.check(row.measure, row.value, theirs.value, where);
  if (row.value === null) return;
  distances.check(`${row.measure} threshold`, row.threshold, theirs.threshold, where);
  if (row.measure === 'chi_square' || !onTheEdge(row)) assert.equal(row.drifted, theirs.drifted, `alert: ${where}`);
}

test('scipy: the measures of the own profile', { skip }, async (t) => {
  const distances = new Distances();
  for (const {
    theirs: { files, kinds, scipy },
    other,
  } of cases) {
    for (const [column, theirs] of Object.entries(scipy ?? {})) {
      const table = other.get(column);
      if (!theirs || !table) continue;
      const row = rowOf(table, column);
      // Both read CSV by rules of their own: where the profile sees another type, there is nothing to compare.
      if (row.value === null && (row.type === 'none' || row.note?.includes('does not apply'))) continue;
      if (theirs.error === undefined)
        distances.check(
          row.measure,
          row.value,
          theirs.value,
          `${files.join(' ')} ${kinds.join()} ${JSON.stringify(row)}`,
        );
    }
  }
  distances.tell(t);
});

test('TFDV: the formulas, written once more in Python', { skip }, async (t) => {
  const distances = new Distances();
  for (const {
    theirs: { files, kinds, tfdv },
    other,
  } of cases) {
    const table = other.get('tfdv');
    if (!table) continue;
    for (const [column, theirs] of Object.entries(tfdv ?? {})) {
      const row = rowOf(table, column);
      if (theirs && row.measure === theirs.measure)
        distances.check(
          row.measure,
          row.value,
          theirs.value,
          `${files.join(' ')} ${column} ${kinds.join()} ${JSON.stringify(row)}`,
        );
    }
  }
  distances.tell(t);
});

test('whole reports of evidently and whole calculators of NannyML', { skip }, async (t) => {
  const distances = new Distances();
  let compared = 0;
  for (const { theirs: item, evidently: table, other } of whole) {
    const where = `${item.files.join(' ')} ${item.kinds.join()}`;
    for (const [column, value] of Object.entries(item.values ?? {})) {
      const row = rowOf(table, column);
      if (row.type === 'text') continue;
      distances.check('report', row.value, value, `${where} ${column} ${JSON.stringify(row)}`);
      assert.equal(row.drifted, item.drifted?.[column], `${where} ${column}`);
    }
    if (item.error === undefined && !table.columns.some((row) => row.type === 'text')) {
      compared++;
      assert.equal(table.dataset.share, item.share, where);
      assert.equal(table.dataset.drifted, item.dataset, where);
    } else if (item.error !== undefined)
      assert.ok(
        table.columns.some((row) => row.note),
        `evidently raises «${item.error}»: ${where}`,
      );
    const alerts = other.get('nannyml');
    if (item.nannyml && alerts) {
      for (const [column, theirs] of Object.entries(item.nannyml))
        checkNannyml(distances, rowOf(alerts, column), theirs, `${where} ${column}`);
    }
  }
  t.diagnostic(`${compared} of ${whole.length} reports without an error or a text`);
  distances.tell(t);
  assert.ok(compared > whole.length / 3);
});

test("texts: the classifier comes near evidently's, and to the same verdict on clear cases", { skip }, async (t) => {
  for (const {
    theirs: { name, auc, drifted },
    evidently,
  } of texts) {
    const row = rowOf(evidently, 't');
    assert.equal(row.type, 'text', JSON.stringify(row));
    t.diagnostic(`${name}: ours ${row.value?.toFixed(3)}, evidently ${auc.toFixed(3)}`);
    assert.ok(
      row.value !== null && Math.abs(row.value - auc) < (name === 'apart' ? 0.05 : 0.12),
      `${name}: ours ${row.value}, evidently ${auc}`,
    );
    if (name !== 'alike') assert.equal(row.drifted, drifted, name);
  }
});
