import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { earlier, emptyTable, makeProfile, nasty, subject } from '../fixtures/views/profile.ts';
import { makeComparison } from '../fixtures/views/profileComparison.ts';
import { profileAnswers as engine } from '../fixtures/views/profileAnswers.ts';
import { clean, names, profileBench } from '../helpers/profileView.ts';
import { longTest } from '../helpers/rounds.ts';
import { cannotTest } from '../helpers/viewPage.ts';

describe('the states and pictures of the profile', { skip: cannotTest() }, () => {
  const { open, full } = profileBench();

  it('shows names and values as they are, what is unseen made visible', async () => {
    const view = await full('dark', { ...engine, 'data/profile': () => nasty(), 'data/outline': () => nasty() });
    const found = await names(view);
    for (const name of [
      '(empty)',
      '·padded·',
      'tab⟨TAB⟩here',
      'line⟨LF⟩break',
      'null⟨NUL⟩',
      '<img src=x onerror=alert(1)>',
      '__proto__',
      'constructor',
      '👩‍👩‍👧‍👦',
      'a⟨U+202E⟩gnp.exe',
    ])
      assert.ok(found.includes(name), name);
    await view.page.waitForTimeout(200);
    await view.picture('profile-nasty-dark');
    await view.page.locator('tr', { hasText: 'line⟨LF⟩break' }).click();
    await view.page.locator('.detail').waitFor();
    await view.page.waitForTimeout(100);
    await view.picture('profile-nasty-detail-dark');
    for (const row of await view.page.locator('table.columns tbody tr').all()) await row.click();
    await clean(view);
  });

  it('says how the file was read, and the first and last date', async () => {
    const profile = makeProfile();
    const [first] = profile.columns;
    const day = {
      name: 'day',
      type: 'date',
      rows: 9,
      missing: 0,
      distinct: 9,
      exact: true,
      numbers: null,
      lengths: null,
    };
    const range = { first: '2026-01-30', last: '2026-03-28' };
    const told = {
      ...profile,
      readAs: ['windows-1252, `;` between fields, header in line 3', '`price`: decimal comma', '`NA` means no value'],
      columns: [{ ...day, top: [{ value: '2026-01-30', count: 2 }], range }, ...(first ? [first] : [])],
    };
    for (const theme of ['dark', 'light', 'contrast'] as const) {
      const view = await full(theme, { ...engine, 'data/profile': () => told, 'data/outline': () => told });
      await view.page
        .locator('.read-as summary', { hasText: 'windows-1252, ; between fields, header in line 3 · 2 more notes' })
        .click();
      await view.page.locator('.read-as li', { hasText: 'price: decimal comma' }).waitFor();
      assert.match(await view.page.locator('tr', { hasText: 'day' }).first().innerText(), /2026-01-30.*2026-03-28/s);
      await view.page.locator('tr', { hasText: 'day' }).first().click();
      assert.match(await view.page.locator('.detail .facts').innerText(), /First\s+2026-01-30\s+Last\s+2026-03-28/);
      await view.picture(`profile-readAs-${theme}`);
      await clean(view);
    }
  });

  it('keeps the last good content when something fails, and says what to do', async () => {
    const view = await full();
    view.answer({
      'data/profile': () => {
        throw new Error('data/features.parquet cannot be read: it ends in the middle of a row group. Write it anew.');
      },
    });
    await view.changed();
    await view.page.locator('.error-bar').waitFor();
    assert.equal(await view.page.locator('table.columns tbody tr').count(), 12);
    await view.picture('profile-error-dark');
    const never = await open({
      ...engine,
      'data/outline': () => {
        throw new Error('No file matches `data/gone.csv`.');
      },
      'data/profile': () => {
        throw new Error('No file matches `data/gone.csv`.');
      },
    });
    await never.page.locator('.error-bar', { hasText: 'data/gone.csv' }).waitFor();
    assert.ok(!never.requests.includes('data/quality'));
    const judged = await open({
      ...engine,
      'data/quality': () => {
        throw new Error('The schema schemas/features.dataset.yaml has an error in line 3.');
      },
    });
    await judged.page.locator('.verdict', { hasText: 'line 3' }).waitFor();
    assert.equal(await judged.page.locator('table.columns tbody tr').count(), 12);
    const compare = await open(
      {
        ...engine,
        'data/compare': () => {
          throw new Error('The data of features@3f2a91c4 is no longer kept.');
        },
      },
      'dark',
      { subject, against: earlier },
    );
    await compare.page.locator('.verdict[role=alert]', { hasText: 'no longer kept' }).waitFor();
    await compare.page.locator('.verdict', { hasText: 'break a rule' }).waitFor();
  });

  it('is designed for nothing yet: no dataset, no data, no rows', async () => {
    const none = await open({ ...engine, 'data/subjects': () => [] }, 'light', { subject: null, against: null });
    await none.page.getByText('No dataset yet').waitFor();
    await none.picture('profile-none-light');
    await none.page.getByText('Open loopwright.yaml').click();
    assert.deepEqual(none.actions, [{ do: 'openFile', path: 'loopwright.yaml', line: null }]);
    const gone = () => {
      throw new Error(
        'The dataset `features` has no file: nothing matches `data/features.parquet`. Run the stage that writes it, or put the data there.',
      );
    };
    const empty = await open(
      {
        ...engine,
        'data/subjects': () => [{ subject, title: 'features', rows: null, madeAt: null, before: [] }],
        'data/outline': gone,
        'data/profile': gone,
        'stages/status': () => [
          { name: 'fetch', kind: 'collect', state: 'never', reasons: [], dependsOn: [], line: 1, last: null },
        ],
      },
      'light',
    );
    await empty.page.getByText('Run fetch').click();
    assert.deepEqual(empty.actions, [{ do: 'runStage', stage: 'fetch', experiment: null }]);
    await empty.picture('profile-nodata-light');
    const rows = await full('light', {
      ...engine,
      'data/profile': () => emptyTable(),
      'data/outline': () => emptyTable(),
      'data/quality': () => ({
        rows: 0,
        completeness: { share: 1, worst: [] },
        uniqueness: { repeatedRows: 0, keys: [] },
        validity: null,
        freshness: null,
        relevance: null,
      }),
    });
    assert.match(await rows.page.locator('body').innerText(), /The table has columns and no rows/);
    await rows.page.locator('table.columns tbody tr').first().click();
    await rows.picture('profile-norows-light');
    for (const view of [none, empty, rows]) await clean(view);
    const loading = await open({}, 'dark');
    await loading.page.waitForTimeout(400);
    await loading.picture('profile-loading-dark');
  });

  longTest('has its designed pictures in every theme', async () => {
    for (const theme of ['light', 'dark', 'contrast'] as const) {
      const view = await full(theme);
      await view.page.locator('tr', { hasText: 'amount' }).click();
      await view.page.locator('.detail .plot').waitFor();
      await view.page.waitForTimeout(150);
      await view.picture(`profile-detail-${theme}`);
      await view.page.keyboard.press('Escape');
      await view.page.locator('.detail').waitFor({ state: 'detached' });
      await view.picture(`profile-full-${theme}`);
      await view.page.locator('#tab-correlation').click();
      await view.page.locator('table.heat').waitFor();
      await view.picture(`profile-correlation-${theme}`);
      await view.page.locator('#tab-quality').click();
      await view.page.locator('.quality').waitFor();
      await view.picture(`profile-quality-${theme}`);
      await view.close();
      const pair = await open({ ...engine, 'data/compare': () => makeComparison() }, theme, {
        subject,
        against: earlier,
      });
      await pair.page.locator('.changes').waitFor();
      await pair.page.locator('tr', { hasText: 'merchant_category' }).click();
      await pair.page.locator('.verdict', { hasText: 'break a rule' }).waitFor();
      await pair.page.waitForTimeout(150);
      await pair.picture(`profile-compare-${theme}`);
      await clean(pair);
      await pair.close();
    }
  });

  it('stays readable in a narrow column and follows a change of the theme', async () => {
    const view = await open(engine, 'dark', undefined, { width: 520, height: 700 });
    await view.page.locator('.verdict .codicon').waitFor();
    await view.picture('profile-narrow-dark');
    const fill = () =>
      view.page
        .locator('svg.miniature .now')
        .first()
        .evaluate((one) => getComputedStyle(one).fill);
    const before = await fill();
    await view.page.evaluate(() => {
      document.body.className = 'vscode-light';
    });
    await view.page.waitForFunction((old) => {
      const one = document.querySelector('svg.miniature .now');
      return one !== null && getComputedStyle(one).fill !== old;
    }, before);
    await clean(view);
  });
});
