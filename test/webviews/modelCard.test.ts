import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { makeCard } from '../fixtures/views/card.ts';
import { makeFairCard } from '../fixtures/views/fairCard.ts';
import { inspected, pipelineFacts, unvalidatedCard } from '../fixtures/views/modelFacts.ts';
import { overview } from '../fixtures/views/overview.ts';
import { takePicture } from '../helpers/picture.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers } from '../helpers/viewPage.ts';

const engine: Answers = {
  'project/overview': () => overview,
  'models/card': ({ version }) =>
    version === 5 ? unvalidatedCard : makeCard(version === 3 || version === 'champion' ? 3 : 4),
  'models/inspect': () => inspected,
};
const tall = { width: 1100, height: 1400 };

describe('model card', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(() => bench.stop());

  it('says the verdict, shows the gates against their bounds and marks what nobody wrote', async () => {
    const view = await bench.open('modelCard', { name: null, version: 4 }, engine, 'dark', tall);
    await view.page.locator('.verdict').waitFor();
    assert.match(await view.page.locator('.verdict').innerText(), /1 of 5 gates failed, 1 undecidable/);
    assert.equal(await view.page.locator('svg.interval').count(), 5);
    assert.equal(await view.page.locator('.missing').count(), 4);
    assert.match(await view.page.locator('.missing').first().innerText(), /Not provided/);
    assert.match(await view.page.locator('body').innerText(), /too few rows|jewellery/);
    assert.doesNotMatch(await view.page.locator('body').innerText(), /undefined|NaN|\[object/);
    assert.deepEqual(view.faults, []);
  });

  it('shows found slices with how many were tried, both halves of equalised odds, intersections and small groups', async () => {
    const view = await bench.open(
      'modelCard',
      { name: null, version: 4 },
      { ...engine, 'models/card': () => makeFairCard() },
      'dark',
      { width: 1100, height: 3200 },
    );
    const found = view.page.getByRole('region', { name: 'Found slices' });
    await found.waitFor();
    assert.match(await found.innerText(), /1,204 crossings of up to 3 values of 3 columns/);
    assert.match(await found.innerText(), /amount: ≥ 500 · country: NL/);
    const sex = view.page.getByRole('region', { name: 'Fairness of sex', exact: true });
    const text = (await sex.innerText()).replaceAll(/\s+/g, ' ');
    assert.match(text, /equalized_odds .*true positive rate .*false positive rate .*equal_opportunity/);
    const crossed = view.page.getByRole('region', { name: 'Fairness of sex, age', exact: true });
    assert.match(await crossed.innerText(), /female, over 65/);
    assert.match(await crossed.innerText(), /too few\s/);
    assert.match(await crossed.innerText(), /fewer than 10 rows: too few for a verdict/);
    assert.match(
      await view.page.getByRole('region', { name: 'Representation of sex' }).innerText(),
      /No test row is of other/,
    );
    assert.doesNotMatch(await view.page.locator('body').innerText(), /undefined|NaN|\[object/);
    assert.deepEqual(view.faults, []);
    await view.picture('modelCard-fairness-dark');
    // Nothing is wider than the card but tables that scroll by themselves.
    const wide = await view.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
  });

  it('shows the positives of each slice, warns where they are few, and asks to be saved', async () => {
    const view = await bench.open('modelCard', { name: null, version: 4 }, engine, 'dark', tall);
    await view.page.locator('.verdict').waitFor();
    const warnings = await view.page.locator('.warnings li').allInnerTexts();
    assert.ok(
      warnings.some((text) => /gaming has only 24 positives: its value is uncertain\./.test(text)),
      warnings.join('\n'),
    );
    assert.ok(!warnings.some((text) => /grocery|travel/.test(text)));
    assert.match((await view.page.locator('svg.dots').first().textContent()) ?? '', /positives/);
    await view.page.getByText('Save as HTML…').click();
    assert.deepEqual(view.actions, [{ do: 'savePage', page: { of: 'card', name: 'card-fraud', version: 4 } }]);
  });

  it('says of a precision that has no value why it has none', async () => {
    const { precision: _, ...performance } = makeCard(4).performance;
    const view = await bench.open(
      'modelCard',
      { name: null, version: 4 },
      { ...engine, 'models/card': () => ({ ...makeCard(4), performance }) },
      'dark',
      tall,
    );
    await view.page.locator('table.performance:not(.fairness)').waitFor();
    assert.match(
      await view.page.locator('table.performance:not(.fairness)').innerText(),
      /precision\s+not defined: no positive predictions/,
    );
    assert.deepEqual(view.faults, []);
  });

  it('compares with another version and says what the intervals allow', async () => {
    const view = await bench.open('modelCard', { name: null, version: 4 }, engine, 'dark', tall);
    await view.page.locator('#against').selectOption('3');
    await view.page.locator('.comparison table').waitFor();
    const text = await view.page.locator('.comparison').innerText();
    assert.match(text, /pr_auc\s+0\.921\s+0\.912\s+\+0\.009\s+better, intervals overlap/);
    assert.match(text, /hidden\s+\[128, 64\]\s+\[64, 32\]/);
    await view.picture('modelCard-compare-dark');
    const kept = (await view.page.evaluate('window.persistedState')) as { ui: { against: number } };
    assert.equal(kept.ui.against, 3);
  });

  it('promotes and opens through the editor, never by itself', async () => {
    const held = await bench.open('modelCard', { name: null, version: 4 }, engine);
    await held.page.locator('.verdict').waitFor();
    assert.equal(
      await held.page.locator('vscode-button[disabled]').count(),
      1,
      'gates that failed leave nothing to press',
    );
    const passing: Answers = {
      ...engine,
      'models/card': () => ({ ...makeCard(4), verdict: { passed: 5, total: 5, text: 'Passed all 5 gates.' } }),
    };
    const view = await bench.open('modelCard', { name: null, version: 4 }, passing);
    await view.page.getByText('Promote to champion').click();
    await view.page.getByRole('button', { name: 'brave-otter' }).click();
    await view.page.getByRole('button', { name: 'Write it' }).first().click();
    assert.deepEqual(view.actions, [
      { do: 'promote', name: 'card-fraud', version: 4 },
      { do: 'openRun', runId: 'r400c0ffee0123456789' },
      { do: 'writeCard', heading: 'Out-of-scope use' },
    ]);
    assert.ok(!view.requests.includes('models/promote'));
  });

  it('says what the model is: signature, environment, and that opening it runs code', async () => {
    const view = await bench.open('modelCard', { name: null, version: 4 }, engine, 'dark', tall);
    const model = view.page.locator('section', { has: view.page.locator('h2', { hasText: /^Model$/ }) });
    await model.waitFor();
    const text = await model.innerText();
    assert.match(text, /runs the code in its files, as every pickle does.*\.skops and ONNX/s);
    assert.match(
      text,
      /Answers\s+one of false, true, with probabilities; true is positive, at a score of 0\.417 or more/,
    );
    assert.match(text, /Flavour\s+mlflow/);
    assert.match(text, /country\s+text\s+optional\s+1\.1 %\s+27/);
    assert.match(text, /scikit-learn\s+1\.8\.0\s+1\.9\.1/);
    await model.locator('.copyable button').click();
    await view.page.getByText('Serve…').click();
    await view.page.getByText('Validate…').click();
    assert.deepEqual(view.actions, [
      { do: 'copy', text: pipelineFacts.hash },
      { do: 'serveVersion', name: 'card-fraud', version: 4 },
      { do: 'validateModel', address: 'card-fraud@4' },
    ]);
    assert.deepEqual(view.faults, []);
  });

  it('gives a version that was never validated a card with the way to a validation', async () => {
    const view = await bench.open('modelCard', { name: null, version: 5 }, engine, 'dark', tall);
    await view.page.locator('.verdict.open').waitFor();
    const text = await view.page.locator('body').innerText();
    assert.match(text, /Not validated\. It has no metrics and no gates/);
    assert.match(text, /Scored by\s+Python, not tried yet/);
    assert.match(text, /amount\s+number/);
    assert.doesNotMatch(text, /undefined|NaN|null|\[object|Promote|Serve/);
    await view.page.getByText('Validate…').click();
    assert.deepEqual(view.actions, [{ do: 'validateModel', address: 'card-fraud@5' }]);
    assert.deepEqual(view.faults, []);
  });

  it('inspects any model, and opens it only when a person asks', async () => {
    const asked: boolean[] = [];
    const view = await bench.open(
      'modelCard',
      { name: null, version: null, address: 'runs:/r1/model.joblib' },
      {
        ...engine,
        'models/inspect': ({ open }) => {
          asked.push(open);
          return open ? { ...inspected, facts: pipelineFacts } : inspected;
        },
      },
      'dark',
      tall,
    );
    await view.page.getByRole('button', { name: 'Open it' }).click();
    await view.page.getByText('with probabilities').waitFor();
    assert.equal(await view.page.locator('h1').innerText(), 'model.joblib');
    await view.changed();
    assert.deepEqual(asked, [false, true], 'a change of the store does not open it again');
    await view.page.getByText('Register as a model…').click();
    assert.deepEqual(view.actions, [{ do: 'validateModel', address: 'runs:/r1/model.joblib' }]);
  });

  it('says which package is missing, with the command that installs it', async () => {
    const install = '.venv/bin/python -m pip install lightgbm';
    const lacking: Answers = {
      ...engine,
      'models/inspect': () => ({ ...inspected, missing: ['lightgbm'], install }),
    };
    const state = { name: null, version: null, address: 'model.txt' };
    const view = await bench.open('modelCard', state, lacking, 'dark', tall);
    await view.page.getByText(install).waitFor();
    assert.match(await view.page.locator('.verdict').innerText(), /lightgbm is not installed in \.venv\/bin\/python/);
    assert.equal(await view.page.locator('vscode-button[disabled]').count(), 2);
    await view.page.getByText('Run in terminal').click();
    await view.page.getByText('Copy command').click();
    assert.deepEqual(view.actions, [
      { do: 'runInTerminal', command: install },
      { do: 'copy', text: install },
    ]);
    await view.picture('modelCard-missingPackage-dark');
    const none = await bench.open('modelCard', state, {
      ...engine,
      'models/inspect': () => ({ ...inspected, facts: { ...inspected.facts, python: null } }),
    });
    await none.page.getByText('This model is scored by Python, and none was found').waitFor();
  });

  it('prints well', async () => {
    const view = await bench.open('modelCard', { name: null, version: 3 }, engine, 'dark', tall);
    await view.page.locator('.verdict').waitFor();
    await view.page.emulateMedia({ media: 'print' });
    assert.equal(await view.page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
    assert.equal(await view.page.locator('.actions').isVisible(), false);
    await takePicture(view.page, 'modelCard-print', { fullPage: true });
  });

  it('has its designed states in every theme', async () => {
    for (const theme of ['light', 'dark', 'contrast'] as const) {
      const full = await bench.open('modelCard', { name: null, version: 4 }, engine, theme, {
        width: 1100,
        height: 2500,
      });
      await full.page.locator('.verdict').waitFor();
      await full.picture(`modelCard-full-${theme}`);
      assert.deepEqual(full.faults, []);
      await full.close();
      const open = await bench.open('modelCard', { name: null, version: 5 }, engine, theme, tall);
      await open.page.locator('.verdict.open').waitFor();
      await open.picture(`modelCard-unvalidated-${theme}`);
      await open.close();
      const state = { name: null, version: null, address: 'model.joblib' };
      const seen = await bench.open('modelCard', state, engine, theme, tall);
      await seen.page.locator('table.facts').waitFor();
      await seen.picture(`modelCard-inspected-${theme}`);
      await seen.close();
    }
    const empty = await bench.open(
      'modelCard',
      { name: null, version: 'latest' },
      { 'project/overview': () => ({ ...overview, models: [] }) },
    );
    await empty.page.getByText('No model version yet').waitFor();
    await empty.picture('modelCard-empty-dark');
    const loading = await bench.open('modelCard', { name: null, version: 'latest' }, {});
    await loading.page.waitForTimeout(400);
    await loading.picture('modelCard-loading-dark');
    const failing = await bench.open('modelCard', { name: null, version: 3 }, engine);
    await failing.page.locator('.verdict').waitFor();
    failing.answer({
      'models/card': () => {
        throw new Error('The card of v3 could not be read: artifacts/r3/card.json is missing.');
      },
    });
    await failing.changed();
    await failing.page.locator('.error-bar').waitFor();
    assert.equal(await failing.page.locator('.verdict').count(), 1);
    await failing.picture('modelCard-error-dark');
  });
});
