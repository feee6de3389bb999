import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { ViewName, ViewState } from '../../protocol/webview.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { makeDetail, makeReport } from '../fixtures/views/drift.ts';
import { profileAnswers } from '../fixtures/views/profileAnswers.ts';
import { subject } from '../fixtures/views/profile.ts';
import { labelAnswers } from '../fixtures/views/labels.ts';
import { makeRuns, pageOf } from '../fixtures/views/runs.ts';
import { makePreview } from '../fixtures/views/sourcePreview.ts';
import { overview } from '../fixtures/views/overview.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import { startAnswers, startFolder } from '../start/startFolder.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';

const start = startAnswers(startFolder());
const engine: Answers = {
  'project/overview': () => overview,
  'runs/list': (query) => pageOf(makeRuns(12), query),
  'models/card': () => makeCard(3),
  'drift/report': () => makeReport(),
  'drift/detail': ({ column }) => makeDetail(column),
  ...profileAnswers,
  ...labelAnswers,
  ...start.answers,
  'sources/preview': () => ({ preview: makePreview(), problem: null }),
};
const views: { [V in ViewName]: { state: ViewState[V]; there: string } } = {
  runHistory: { state: { experiment: null, runId: null }, there: 'table.runs tbody tr' },
  modelCard: { state: { name: null, version: 'latest' }, there: '.card table.gates' },
  drift: { state: { monitor: 'production' }, there: '.distribution' },
  profile: { state: { subject, against: null }, there: '.verdict .codicon' },
  labelling: { state: { task: 'fraud_review', labeller: 'Ann' }, there: '.card .class' },
  start: { state: { data: null }, there: '#create:not([disabled])' },
  sourcePreview: { state: { stage: 'pull' }, there: 'table.values tbody tr' },
};

interface Stop {
  name: string;
  tag: string;
  visible: boolean;
}

/** Every place that Tab reaches, in order, until it leaves the page. */
async function stops(view: OpenView): Promise<Stop[]> {
  const found: Stop[] = [];
  for (let turn = 0; turn < 80; turn++) {
    await view.page.keyboard.press('Tab');
    const stop = await view.page.evaluate(() => {
      let active = document.activeElement;
      const host = active;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      if (!host || !active || host === document.body) return null;
      const labels =
        host instanceof HTMLSelectElement || host instanceof HTMLInputElement
          ? [...(host.labels ?? [])].map((label) => label.textContent)
          : [];
      const name =
        [host.getAttribute('aria-label'), ...labels, host.textContent, host.getAttribute('title')].find((text) =>
          text?.trim(),
        ) ?? '';
      // The ring is on the element, on its custom element, or on the row that it points at.
      const row = document.getElementById(host.getAttribute('aria-activedescendant') ?? '');
      const ringed = [active, host, row].some(
        (one) =>
          one !== null &&
          getComputedStyle(one).outlineStyle !== 'none' &&
          Number.parseFloat(getComputedStyle(one).outlineWidth) > 0,
      );
      return {
        name: name.trim().replaceAll(/\s+/g, ' ').slice(0, 60),
        tag: host.localName,
        visible: ringed || host.localName.startsWith('vscode-'),
      };
    });
    // The run history begins in its table, which is its last stop: Tab leaves and comes in at the top.
    if (stop === null && found.length === 0) continue;
    if (stop === null) return found;
    found.push(stop);
  }
  return found;
}

describe('by keyboard', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(async () => {
    start.close();
    await bench.stop();
  });

  const open = async (name: ViewName): Promise<OpenView> => {
    const { state, there } = views[name];
    const view = await bench.open(name, state, engine, 'dark', { width: 1200, height: 1000 });
    await view.page.locator(there).first().waitFor();
    return view;
  };

  for (const name of ['runHistory', 'modelCard', 'drift', 'profile', 'labelling', 'start', 'sourcePreview'] as const) {
    it(`reaches everything of ${name} with a name and a visible focus, and comes out again`, async () => {
      const view = await open(name);
      const all = await stops(view);
      assert.ok(all.length >= 4 && all.length < 80, JSON.stringify(all));
      assert.deepEqual(
        all.filter((stop) => stop.name === ''),
        [],
        'without a name',
      );
      assert.deepEqual(
        all.filter((stop) => !stop.visible),
        [],
        'without a visible focus',
      );
    });

    it(`names every button and the heads of every table of ${name}`, async () => {
      const view = await open(name);
      const unnamed = await view.page.evaluate(() =>
        [...document.querySelectorAll('button, [role=button], svg[role=img], i[role=img]')]
          .filter((one) => !(one.getAttribute('aria-label') ?? one.textContent)?.trim())
          .map((one) => one.outerHTML.slice(0, 120)),
      );
      assert.deepEqual(unnamed, []);
      const headless = await view.page.evaluate(
        () => [...document.querySelectorAll('thead th')].filter((one) => one.getAttribute('scope') !== 'col').length,
      );
      assert.equal(headless, 0);
      assert.deepEqual(view.faults, []);
    });

    it(`moves nothing in ${name} for who asked for that`, async () => {
      const view = await open(name);
      await view.page.emulateMedia({ reducedMotion: 'reduce' });
      await view.answer({
        'runs/list': (query) =>
          pageOf(
            makeRuns(12).map((run) => ({ ...run, status: 'running' as const, endedAt: null })),
            query,
          ),
      });
      await view.changed();
      await view.page.waitForTimeout(200);
      const moving = await view.page.evaluate(
        () => document.getAnimations().filter((one) => one.playState === 'running').length,
      );
      assert.equal(moving, 0);
    });
  }
});
