import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { sampled } from '../helpers/rounds.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { OpenView } from '../helpers/viewPage.ts';
import { viewStates } from '../helpers/viewStates.ts';

/**
 * Shortcuts of the editor. Tried with: the palette and quick open, files and tabs, panels and side bar, search, the
 * debugger's function keys, navigation with Alt, chords with Shift and with Cmd; on fields, lists, checkboxes, buttons,
 * tables, tabs, charts and heads, in every tab, panel and popup. Among the letters are those that views use alone (p,
 * f, c, s, j, k, u, m), where a missing look at Ctrl shows.
 */
const shortcuts = [
  'Control+p',
  'F1',
  'Control+Shift+P',
  'Control+s',
  'Control+w',
  'Control+Tab',
  'Control+b',
  'Control+j',
  'Control+k',
  'Control+f',
  'Control+u',
  'Control+m',
  'Control+Shift+F',
  'Control+1',
  'Control+/',
  'Control+PageDown',
  'F5',
  'F12',
  'Shift+F10',
  'Alt+z',
  'Meta+p',
  'Meta+Shift+P',
  'Control+Alt+ArrowRight',
  'Control+Enter',
];
/** Keys with Ctrl that every field has by itself: a view leaves them to it. */
const ofFields = ['Control+a', 'Control+c', 'Control+v', 'Control+x', 'Control+z'];
/** A key that the view says on the screen. */
const isNamed = (key: string, place: string): boolean => key === 'Control+Enter' && place.startsWith('textarea');

/** Every place in a part of the page that can hold the focus; of buttons and links that look alike, one. */
const placesIn = (part: string): string => `(() => {
  const found = [];
  const seen = new Set();
  const walk = (root) => {
    for (const one of root.querySelectorAll('*')) {
      if (one.shadowRoot) walk(one.shadowRoot);
      if (!one.matches('input, select, textarea, button, a[href], summary, [tabindex]') || one.disabled || one.getClientRects().length === 0) continue;
      const isField = one.matches('input:not([type=checkbox]), select, textarea');
      const look = isField ? found.length : [one.localName, one.type, one.className, one.parentElement?.className, one.closest('thead, [role=dialog], nav, header')?.className].join();
      if (seen.has(look)) continue;
      seen.add(look);
      found.push(one);
    }
  };
  for (const part of document.querySelectorAll(${JSON.stringify(part)})) walk(part);
  window.places = found;
  window.heard = [];
  window.addEventListener('keydown', ({ key, ctrlKey, altKey, metaKey, shiftKey, defaultPrevented }) => {
    if (!defaultPrevented) window.heard.push([ctrlKey && 'Control', metaKey && 'Meta', altKey && 'Alt', shiftKey && 'Shift', key].filter(Boolean).join('+'));
  });
  return found.length;
})()`;

/** Puts the focus on a place; its name, or null where it cannot be had. */
const focusOn = (at: number): string => `(() => {
  const one = window.places[${at}];
  window.heard.length = 0;
  one.focus();
  const active = (root) => (root.activeElement?.shadowRoot?.activeElement ? active(root.activeElement.shadowRoot) : root.activeElement);
  if (active(document) !== one) return null;
  return { name: [one.localName, one.id || one.name || one.getAttribute('aria-label') || one.className].join(' '), isField: one.matches('textarea, input:not([type=checkbox], [type=radio], [type=range])') };
})()`;

/** Every shortcut that did not come to the window unchanged, with its place. */
async function swallowed(view: OpenView, part: string): Promise<{ faults: string[]; tried: number }> {
  const total = await view.page.evaluate<number>(placesIn(part));
  const faults: string[] = [];
  let tried = 0;
  for (let at = 0; at < total; at++) {
    const place = await view.page.evaluate<{ name: string; isField: boolean } | null>(focusOn(at));
    if (place === null) continue;
    tried++;
    const keys = [...(place.isField ? ofFields : []), ...sampled(shortcuts)];
    for (const key of keys) await view.page.keyboard.press(key);
    const heard = new Set(await view.page.evaluate<string[]>('window.heard'));
    faults.push(
      ...keys.filter((key) => !heard.has(key) && !isNamed(key, place.name)).map((key) => `${key} on ${place.name}`),
    );
  }
  return { faults, tried };
}

describe('shortcuts of the editor', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  let places = 0;
  const { states, close } = viewStates();
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(async () => {
    await bench.stop();
    close();
  });

  for (const state of states) {
    it(`come through from everywhere in: ${state.name}`, async () => {
      const view = await state.open(bench, 'dark', { width: 1200, height: 900 });
      const { faults, tried } = await swallowed(view, state.part);
      assert.deepEqual(faults, []);
      places += tried;
      await view.close();
    });
  }

  it('were tried in many places', () => assert.ok(places > 100, `${places} places`));
});
