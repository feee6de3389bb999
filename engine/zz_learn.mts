import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { openDatabase } from '/work/main/engine/data/database.ts';
import { expandGlob } from '/work/main/engine/data/expandGlob.ts';
import { sourceSql } from '/work/main/engine/data/readSource.ts';
import { validateTable } from '/work/main/engine/data/validateTable.ts';
import { trainModel } from '/work/main/engine/models/trainModel.ts';
import { averagePrecision, rank, rocAuc, recallAtPrecision } from '/work/main/engine/statistics/rankMetrics.ts';
import { wassersteinStd } from '/work/main/engine/statistics/wasserstein.ts';
import { jensenShannon } from '/work/main/engine/statistics/jensenShannon.ts';
const ex = '/work/main/examples/fraud';
const db = await openDatabase({ threads: 2 });
let t0 = performance.now();
for (const [name, pattern] of [['transactions', 'incoming/*.csv'], ['labels', 'incoming/labels/*.csv']] as const) {
  const v = await validateTable(db, { source: sourceSql(await expandGlob(ex, pattern), { allText: true }), schema: parse(readFileSync(`${ex}/schemas/${name}.dataset.yaml`, 'utf8')), mode: 'raw' });
  console.log(name, v.rows, v.invalidRows, (performance.now() - t0) | 0, 'ms'); 
  for (const r of v.rules) console.log('   ', r.message, r.firstFile?.split('/').pop());
  await db.run(`CREATE VIEW ${name} AS ${v.validSql}`);
  t0 = performance.now();
}
await db.run(`CREATE TABLE f AS SELECT f.*, l.reported_at FROM (${readFileSync(`${ex}/sql/features.sql`, 'utf8')}) f JOIN labels l USING (transaction_id)`);
const schema = parse(readFileSync(`${ex}/schemas/features.dataset.yaml`, 'utf8'));
const features = schema.fields.filter((f) => f.loopwright?.role === 'feature').map((f) => ({ name: f.name, kind: f.type === 'boolean' ? 'boolean' : f.categories ? 'categorical' : 'numeric' }));
const hidden = JSON.parse(process.argv[2] ?? '[32,16]'), learningRate = Number(process.argv[3] ?? 0.002), batchSize = Number(process.argv[4] ?? 512), epochs = Number(process.argv[5] ?? 30), seed = Number(process.argv[6] ?? 7), cw = process.argv[7] === 'balanced' ? 'balanced' as const : null;
const y = (t) => t.columns.is_fraud.values;
async function trainOn(where: string, name: string) {
  const [{ cut1, cut2 }] = await db.rows(`SELECT epoch_ms(quantile_cont("at", 0.7)) cut1, epoch_ms(quantile_cont("at", 0.85)) cut2 FROM f WHERE ${where}`) as any;
  const part = (w) => db.table(`SELECT * FROM f WHERE ${where} AND ${w}`);
  const train = await part(`epoch_ms("at") < ${cut1}`), validation = await part(`epoch_ms("at") >= ${cut1} AND epoch_ms("at") < ${cut2}`), test = await part(`epoch_ms("at") >= ${cut2}`);
  const t = performance.now();
  const m = await trainModel({ task: 'binary', target: 'is_fraud', positive: true, features, train, validation, model: 'mlp', hidden, learningRate, batchSize, epochs, seed, classWeight: cw, patience: 5 });
  const s = await m.model.scores(test);
  console.log(name, 'train', train.rows, 'val', validation.rows, 'test', test.rows, `epochs ${m.history.length} best ${m.bestEpoch}`, `${((performance.now() - t) / 1000).toFixed(1)} s`, 'test pr_auc', averagePrecision(rank(y(test), s))?.toFixed(3), 'val', m.history[m.bestEpoch-1].metric?.value.toFixed(3), m.backend, m.meta.threshold?.toFixed(3));
  return m;
}
const champion = await trainOn(`"at" < TIMESTAMP '2026-04-01'`, 'champion Jan-Mar');
const champion4 = await trainOn(`"at" < TIMESTAMP '2026-05-01'`, 'champion Jan-Apr');
const challengers = [];
for (const [end, days] of [['2026-05-15', 21], ['2026-05-15', 30], ['2026-05-20', 30], ['2026-05-20', 45],['2026-05-25', 30], ['2026-06-01', 30], ['2026-06-01', 45], ['2026-06-01', 60]] as const)
  challengers.push(await trainOn(`"at" < TIMESTAMP '${end}' AND reported_at < TIMESTAMP '${end}' AND "at" >= TIMESTAMP '${end}' - INTERVAL ${days} DAY`, `${end} ${days}d`));
console.log('month      rows fraud  champion  champ(J-A)  challenger  chall90   roc');
for (let m = 1; m <= 6; m++) {
  const t = await db.table(`SELECT * FROM f WHERE month("at") = ${m}`);
  const ap = async (mm) => averagePrecision(rank(y(t), await mm.model.scores(t)))?.toFixed(3);
  console.log(`2026-0${m}`, t.rows, `${(100 * y(t).reduce((a, b) => a + b) / t.rows).toFixed(2)}%`, await ap(champion), await ap(champion4), ...(await Promise.all(challengers.map(ap))), rocAuc(rank(y(t), await champion.model.scores(t)))?.toFixed(3), recallAtPrecision(rank(y(t), await champion.model.scores(t)), 0.8)?.recall.toFixed(3));
}
const ref = await db.table(`SELECT * FROM f WHERE "at" < TIMESTAMP '2026-04-01'`);
console.log('week        ' + features.map((f) => f.name.slice(0, 11).padEnd(12)).join(''), 'score');
const refScore = (await champion.model.scores(ref)).toSorted();
for (let w = Date.UTC(2026, 3, 5); w < Date.UTC(2026, 6, 1); w += 7 * 864e5) {
  const t = await db.table(`SELECT * FROM f WHERE epoch_ms("at") >= ${w} AND epoch_ms("at") < ${w + 7 * 864e5}`);
  const out = features.map((f) => {
    if (f.kind === 'numeric') return wassersteinStd(ref.columns[f.name].values.slice().sort(), t.columns[f.name].values.slice().sort())!;
    const cats = [...new Set(ref.columns[f.name].values)];
    const c = (tt) => cats.map((k) => tt.columns[f.name].values.reduce((n, v) => n + (v === k ? 1 : 0), 0));
    return jensenShannon(c(ref), c(t))!.js_distance_2;
  });
  const sc = await champion.model.scores(t);
  console.log(new Date(w).toISOString().slice(0, 10), ' ' + out.map((v) => v.toFixed(3).padEnd(12)).join(''), wassersteinStd(refScore, sc.slice().sort())?.toFixed(3), 'pr_auc', averagePrecision(rank(y(t), sc))?.toFixed(3), t.rows);
}
db.close();
