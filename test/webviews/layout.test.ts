import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { makeCard } from '../fixtures/views/card.ts';
import { makeReport } from '../fixtures/views/drift.ts';
import { isLong } from '../helpers/rounds.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';
import { viewStates } from '../helpers/viewStates.ts';

/**
 * Widths that are tried: a view beside an editor, and the same with the window zoomed to 150 %, which leaves the page
 * 333 px.
 */
const tried = [
  { width: 500, zoom: 1 },
  { width: 500, zoom: 1.5 },
];
/** Where a person scrolls, what names the thing that is looked at. */
const headers: Record<string, { scroller: string; header: string }> = {
  detail: { scroller: '.detail', header: '.detail header h1' },
  card: { scroller: 'html', header: '.title h1' },
  drift: { scroller: 'html', header: '.drift header h1' },
  'profile of a column': { scroller: '.detail', header: '.detail header h2' },
};

/**
 * Texts and things to press that stand outside of the page, or outside of a box that neither scrolls nor ends them with
 * dots.
 */
const cutParts = `(() => {
  const found = [];
  const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== 'hidden' && !one.closest('.visually-hidden, [aria-hidden=true], svg, option');
  const places = [...document.querySelectorAll('body *')].filter((one) => shown(one) && (one.matches('button, input, select, textarea, canvas, vscode-button') || [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')));
  for (const one of places) {
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    let [left, right] = [0, document.documentElement.clientWidth];
    let ends = false;
    for (let around = one; around && around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (/auto|scroll/.test(style.overflowX)) { ends = true; break; }
      if (style.textOverflow === 'ellipsis' && style.overflowX === 'hidden') { ends = true; break; }
    }
    if (!ends && (box.left < left - 1 || box.right > right + 1)) found.push(one.localName + '.' + one.className + ' "' + (one.textContent || '').trim().slice(0, 40) + '" from ' + Math.round(box.left) + ' to ' + Math.round(box.right));
  }
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push('the page is ' + root.scrollWidth + ' wide of ' + root.clientWidth);
  // A part with a scroll bar of its own that has no height left is cut too.
  for (const box of document.querySelectorAll('section, .wide, table')) if (shown(box) && getComputedStyle(box).overflowY !== 'visible' && box.scrollHeight > box.clientHeight + 2 && box.clientHeight < 60) found.push('a part of ' + box.clientHeight + ' px shows ' + box.scrollHeight + ' px: ' + box.textContent.trim().slice(0, 40));
  for (const popup of document.querySelectorAll('.popup, .menu, .completions')) {
    const box = popup.getBoundingClientRect();
    if (box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight) found.push('popup from ' + Math.round(box.left) + ' to ' + Math.round(box.right) + ', ' + Math.round(box.top) + ' to ' + Math.round(box.bottom));
  }
  return found;
})()`;

/** Pairs of texts that stand on one another; what scrolls under a head that stays is none. */
const overlaps = `(() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    // A closed part holds texts that have boxes and are not seen.
    if (!parent || node.textContent.trim() === '' || !parent.checkVisibility() || parent.closest('script, style, option, select, .visually-hidden, [aria-hidden=true], .popup, .menu, .completions, .toast-place, .echo') || parent.closest('svg')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const stuck = (() => { for (let one = parent; one; one = one.parentElement) if (['sticky', 'fixed'].includes(getComputedStyle(one).position)) return true; return false; })();
    for (const box of range.getClientRects()) {
      if (stuck || box.width < 3 || box.height < 3) continue;
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (top && (parent.contains(top) || top.contains(parent))) texts.push({ text: node.textContent.trim().slice(0, 30), box, parent, node });
    }
  }
  const found = [];
  for (let a = 0; a < texts.length; a++) for (let b = a + 1; b < texts.length; b++) {
    const [one, other] = [texts[a], texts[b]];
    // Text that ends with dots has a box for its whole and for its shown part.
    if (one.node === other.node) continue;
    const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
    const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
    if (wide > 3 && high > 5) found.push(one.text + ' / ' + other.text);
  }
  return found;
})()`;

/** Waits until the page is laid out anew: observers of sizes run before the second frame. */
const framesPass = (view: OpenView): Promise<unknown> =>
  view.page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
  );

async function inSight(view: OpenView, { scroller, header }: { scroller: string; header: string }): Promise<boolean> {
  await view.page.evaluate((where) => {
    const one = document.querySelector(where);
    if (one) one.scrollTop = one.scrollHeight;
  }, scroller);
  return view.page.evaluate((where) => {
    const one = document.querySelector(where);
    const box = one?.getBoundingClientRect();
    if (!one || !box) return false;
    const top = document.elementFromPoint(box.left + 4, box.top + box.height / 2);
    return box.top >= -1 && box.bottom <= innerHeight && top !== null && (one.contains(top) || top.contains(one));
  }, header);
}

const long = 'a_name_without_a_space_that_somebody_chose_for_a_whole_department_of_a_bank_2026';
const withLongNames = (answers: Answers): Answers => ({
  ...answers,
  'models/card': ({ version }) => {
    const card = makeCard(version === 3 ? 3 : 4);
    return {
      ...card,
      model: long,
      target: long,
      facts: {
        ...card.facts,
        path: `.loopwright/models/${long}/${long}`,
        algorithm: `Pipeline(${long}, ${long})`,
        inputs: (card.facts.inputs ?? []).map((one) => ({ ...one, name: `${one.name}_${long}` })),
        packages: card.facts.packages.map((one) => ({ ...one, name: `${one.name}-${long}` })),
      },
      gates: card.gates.map((gate) => ({ ...gate, gate: gate.gate.replace('age_group', long) })),
      slices: card.slices.map((row) => ({ ...row, value: `${row.value} ${long}` })),
      run: { ...card.run, name: long },
      environment: { [long]: long },
      params: { [long]: long },
    };
  },
  'drift/report': () => {
    const report = makeReport();
    const rename = (column: string): string => (column === 'amount' ? long : column);
    return {
      ...report,
      deployment: long,
      monitor: long,
      columns: report.columns.map(rename),
      windows: report.windows.map((window) => ({
        ...window,
        values: window.values.map((value) => ({ ...value, column: rename(value.column) })),
      })),
      events: report.events.map((event) => ({ ...event, text: `${event.text} ${long}` })),
    };
  },
});

describe('narrow and zoomed', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  const { states, close } = viewStates();
  const longNamed = viewStates(withLongNames);
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(async () => {
    await bench.stop();
    close();
    longNamed.close();
  });

  const named = longNamed.states
    .filter(({ name }) => ['card', 'card, compared', 'drift'].includes(name))
    .map((state) => ({ ...state, name: `${state.name}, long names` }));
  for (const state of [...states, ...(isLong ? named : [])]) {
    it(`nothing is cut in: ${state.name}`, async () => {
      const view = await state.open(bench, 'light', { width: 500, height: 900 });
      for (const { width, zoom } of tried) {
        // A zoom of the window makes its page as much smaller.
        const at = `at ${width} px and ${zoom * 100} %`;
        const size = { width: Math.round(width / zoom), height: Math.round(900 / zoom) };
        await view.page.setViewportSize(size);
        await framesPass(view);
        assert.deepEqual(await view.page.evaluate(cutParts), [], at);
        const header = headers[state.name];
        if (header) assert.ok(await inSight(view, header), 'the header is in sight at the end');
        // All of a long page at once: only what is on the screen can be asked what stands on it.
        await view.page.setViewportSize({ width: size.width, height: 3000 });
        await framesPass(view);
        assert.deepEqual(await view.page.evaluate(overlaps), [], at);
      }
      assert.deepEqual(view.faults, []);
    });
  }
});
