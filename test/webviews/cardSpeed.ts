import { rmSync } from 'node:fs';
import { build } from '../../scripts/build.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { startHost } from '../helpers/startHost.ts';
import { ViewBench, type Answers } from '../helpers/viewPage.ts';

// How long until the card of a version stands on the screen, from opening the view, with the bundled engine host and the
// bundled view in Chromium. The version has slices of six columns and two crossings, found slices, fairness of four
// groupings and plots. Run it alone: `node_modules/.bin/node test/webviews/cardSpeed.ts [rounds]`.
const rounds = Number(process.argv[2] ?? 7);
const sizes = { region: 24, device: 3, age: 8, plan: 5, sex: 2, origin: 6 };
const names = Object.keys(sizes);

function rows(): string {
  const random = seededRandom(4);
  const lines = [['id', ...names, 'truth', 'score'].join(',')];
  for (let id = 0; id < 20_000; id++) {
    const values = Object.entries(sizes).map(([name, size]) => `${name}${random.integer(size)}`);
    const score = random.next() ** 2;
    lines.push([id, ...values, random.next() < score, score.toFixed(5)].join(','));
  }
  return `${lines.join('\n')}\n`;
}

const runner = runIn(
  makeProject({
    'people.csv': rows(),
    'people.dataset.yaml': `fields:
  - { name: id, type: integer, loopwright: { role: id } }
${names.map((name) => `  - { name: ${name}, type: string, loopwright: { role: feature } }\n`).join('')}  - { name: truth, type: boolean, loopwright: { role: target } }
  - { name: score, type: number, loopwright: { role: score } }
`,
    'loopwright.yaml': `version: 1
project: card
datasets:
  people: { path: people.csv, schema: people.dataset.yaml }
stages:
  validate:
    uses: validate
    with:
      predictions: people
      slices: [region, device, age, plan, sex, origin, [device, plan], [age, sex]]
      fairness: { attributes: [sex, origin, age, [sex, origin]] }
    gates:
      accuracy[region]: { min: 0.5 }
      equalized_odds_difference[sex]: { max: 0.2 }
`,
  }),
);
const { error } = await runner.run();
if (error) throw new Error(error.message);
const { root } = runner;
runner.store.sql.close();
await build({ tests: false });
const bench = await ViewBench.start();
const times: Record<string, number[]> = {};
const add = (step: string, ms: number) => void (times[step] ??= []).push(ms);
try {
  for (let round = 0; round < rounds; round++) {
    const host = startHost(root);
    // It has answered the sidebar, as it has when a person opens a card.
    await host.ask('project/overview', {});
    for (const step of ['first answer of the engine', 'the next']) {
      const asked = performance.now();
      const card = await host.ask('models/card', { name: null, version: 1 });
      add(step, performance.now() - asked);
      if (round === 0) console.log(`${step}: ${Math.round(JSON.stringify(card).length / 1024)} KB`);
    }
    let firstAsked = 0;
    const answers: Answers = Object.fromEntries(
      (['project/overview', 'models/card', 'models/inspect'] as const).map((method) => [
        method,
        (params: unknown) => {
          if (method === 'models/card') firstAsked ||= performance.now();
          return host.ask(method, params);
        },
      ]),
    );
    const opened = performance.now();
    const view = await bench.open('modelCard', { name: null, version: 1 }, answers);
    await view.page.waitForFunction(() => document.querySelectorAll('table.fairness tbody tr').length > 0, undefined, {
      polling: 'raf',
    });
    add('from a new page to the card on it', performance.now() - opened);
    add('of these, from the question of the page to the card on it', performance.now() - firstAsked);
    if (view.faults.length > 0) throw new Error(view.faults.join('; '));
    await view.page.close();
    host.stop();
  }
} finally {
  await bench.stop();
  rmSync(root, { recursive: true, force: true });
}
for (const [step, all] of Object.entries(times)) {
  const sorted = all.toSorted((a, b) => a - b);
  const shown = [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)].map((ms) => (ms ?? 0).toFixed(0));
  console.log(`${step}: ${shown[0]} ms [${shown[1]}, ${shown[2]}], ${all.length} rounds`);
}
