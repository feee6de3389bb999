import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cannotTest, ViewBench, type Answers } from '../helpers/viewPage.ts';
import { viewStates } from '../helpers/viewStates.ts';

// Names and texts that somebody else chose, in the built views in a browser: names of runs, columns, models, stages and
// files, notes, labels, descriptions, tags, messages and reasons. Each carries an image, a script, an SVG, a frame, a
// link to a command of the editor and one in Markdown. Nothing runs, nothing becomes an element, and no link leads to
// a command.

const hostile =
  '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><svg onload="window.pwned=1"></svg><iframe srcdoc="<script>parent.pwned=1</script>"></iframe><a href="command:workbench.action.quit">x</a> [y](command:workbench.action.quit) ![z](x:y)';
const texts = new Set(
  'name note label description text message title summary reason problem tooltip intendedUse limitations ethics user host source experimentName dataset file'.split(
    ' ',
  ),
);

/** The same value with the hostile text behind each text that a person or a file chose. */
function poisoned(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return texts.has(key) ? `${value}${hostile}` : value;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(inner, name)]));
}

const change = (answers: Answers): Answers =>
  Object.fromEntries(
    Object.entries(answers).map(([method, answer]) => [
      method,
      async (params: never) => poisoned(await (answer as (given: never) => unknown)(params)),
    ]),
  ) as Answers;

const shown = ['table', 'detail', 'popup tags', 'card', 'drift', 'profile columns'];
const skip = cannotTest();
let bench: ViewBench;
const held = skip ? null : viewStates(change);
before(async () => {
  if (!skip) bench = await ViewBench.start();
});
after(async () => {
  held?.close();
  if (!skip) await bench.stop();
});

for (const name of shown)
  test(`texts of other people stay texts: ${name}`, { skip, timeout: 60_000 }, async () => {
    const state = held?.states.find((one) => one.name === name);
    assert.ok(state, name);
    const view = await state.open(bench, 'dark', { width: 1280, height: 800 });
    const found = await view.page.evaluate(() => ({
      pwned: 'pwned' in window,
      elements: [...document.querySelectorAll('img[src="x"], svg[onload], iframe, a[href^="command:"], [onerror]')].map(
        ({ outerHTML }) => outerHTML.slice(0, 200),
      ),
      isShown: document.body.innerText.includes('<img src=x'),
    }));
    assert.deepEqual({ ...found, faults: view.faults }, { pwned: false, elements: [], isShown: true, faults: [] });
    await view.close();
  });
