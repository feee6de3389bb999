import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { earlier, makeRelations, makeProfile, subject, wide } from '../fixtures/views/profile.ts';
import { profileAnswers as engine } from '../fixtures/views/profileAnswers.ts';
import { clean, names, profileBench } from '../helpers/profileView.ts';
import { cannotTest } from '../helpers/viewPage.ts';

describe('profile', { skip: cannotTest() }, () => {
  const { open, full } = profileBench();

  it('says what the data is, how good it is, and every column in a line', async () => {
    const view = await full();
    assert.match(
      await view.page.locator('.numbers').innerText(),
      /204,113 rows · 12 columns · 17\.5 MB · data\/features\.parquet/,
    );
    assert.match(
      await view.page.locator('.verdict').innerText(),
      /1,204 rows of 204,113 break a rule; 11 % of the values are missing, most in note \(100 %\); 34 rows are repeated; the newest row is from 3 hours ago\./,
    );
    const lines = await view.page.locator('table.columns tbody tr').allInnerTexts();
    assert.equal(lines.length, 12);
    const amount = lines.find((line) => line.startsWith('amount')) ?? '';
    assert.match(amount, /amount EUR feature\s+number\s+0 %\s+≈ 120,431\s+0\.\d+\s+\d+\.\d+\s+[\d,.]+\s+31 %/);
    assert.match(lines.find((line) => line.startsWith('device')) ?? '', /≤ chance/);
    assert.match(lines.find((line) => line.startsWith('is_fraud')) ?? '', /is the target/);
    assert.match(lines.find((line) => line.startsWith('note')) ?? '', /100 %.*all missing/s);
    await clean(view);
  });

  it('has the columns before the profile, and the profile before what is judged', async () => {
    const { 'data/profile': profile, ...slow } = engine;
    const view = await open(slow);
    await view.page.locator('table.columns tbody tr').first().waitFor();
    assert.match(await view.page.locator('.numbers').innerText(), /204,113 rows · 12 columns/);
    assert.match(await view.page.locator('table.columns tbody tr', { hasText: 'balance' }).innerText(), /30 %/);
    assert.deepEqual(
      view.requests.filter((one) => one !== 'data/subjects'),
      ['data/outline', 'data/profile'],
    );
    await view.page.waitForTimeout(250);
    await view.picture('profile-outline-dark');
    await clean(view);
    const whole = await open({ ...slow, ...(profile ? { 'data/profile': profile } : {}) });
    await whole.page.locator('.verdict .codicon').waitFor();
    assert.deepEqual(
      whole.requests.filter((one) => one !== 'data/subjects'),
      ['data/outline', 'data/profile', 'data/relations', 'data/quality'],
    );
  });

  it('moves by keyboard, filters with a slash, and goes back with Escape', async () => {
    const view = await full();
    const { keyboard } = view.page;
    await view.page.waitForFunction(() => document.activeElement?.classList.contains('columns'));
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await view.page.waitForFunction(() => document.querySelector('tr.active .name')?.textContent === 'amount');
    await keyboard.press('Enter');
    assert.equal(await view.page.locator('.detail h2').innerText(), 'amount');
    await keyboard.press('ArrowDown');
    await view.page.waitForFunction(() => document.querySelector('.detail h2')?.textContent === 'distance_km');
    await keyboard.press('/');
    await view.page.waitForFunction(() => document.activeElement?.id === 'filter');
    await keyboard.type('date');
    await view.page.waitForFunction(() => document.querySelectorAll('table.columns tbody tr').length === 1);
    assert.deepEqual(await names(view), ['at']);
    await keyboard.press('Escape');
    await view.page.waitForFunction(() => document.querySelectorAll('table.columns tbody tr').length === 12);
    await keyboard.press('Escape');
    await view.page.locator('.detail').waitFor({ state: 'detached' });
    await clean(view);
  });

  it('sorts by every head, values that are not there last, and back to the order of the file', async () => {
    const view = await full();
    const head = (text: string) => view.page.locator('table.columns th button', { hasText: text });
    await head('Missing').click();
    await view.page.waitForFunction(() => document.querySelector('tr .name')?.textContent === 'note');
    await head('Predicts').click();
    await view.page.waitForFunction(() => document.querySelector('tr .name')?.textContent === 'amount');
    assert.equal((await names(view)).at(-1), 'is_fraud');
    await head('Predicts').click();
    await view.page.waitForFunction(() => document.querySelector('tr .name')?.textContent !== 'amount');
    await head('Predicts').click();
    await view.page.waitForFunction(() => document.querySelector('tr .name')?.textContent === 'transaction_id');
    await view.page.locator('#kind').selectOption('missing');
    await view.page.waitForFunction(() => document.querySelectorAll('table.columns tbody tr').length === 4);
    assert.deepEqual(await names(view), ['distance_km', 'balance', 'country', 'note']);
    await clean(view);
  });

  it('shows a column with its quantiles, a histogram that answers the pointer, and its neighbours', async () => {
    const view = await full();
    await view.page.locator('tr', { hasText: 'amount' }).click();
    const detail = view.page.locator('.detail');
    await detail.locator('.plot').waitFor();
    const text = await detail.innerText();
    for (const word of [
      'Minimum',
      '5 %',
      'Median',
      '95 %',
      'Maximum',
      'Mean ± std',
      'Negative',
      'EUR',
      'Correlation with other columns',
      'It removes 31 %',
      'What was paid',
    ])
      assert.ok(text.includes(word), word);
    await detail.locator('.bin').nth(3).hover();
    assert.match(await detail.locator('figcaption').innerText(), / to .*: [\d,]+ rows, /);
    assert.match((await detail.locator('svg text', { hasText: 'EUR' }).textContent()) ?? '', /amount, EUR/);
    await view.page.locator('tr', { hasText: 'merchant_category' }).click();
    await detail.locator('h2', { hasText: 'merchant_category' }).waitFor();
    assert.match(await detail.innerText(), /grocery\s+61,000\s+30 %[\s\S]*6 other\s+2,413/);
    await detail.locator('.close').click();
    await detail.waitFor({ state: 'detached' });
    await clean(view);
  });

  it('walks over the correlations by the arrow keys, in words', async () => {
    const view = await full();
    await view.page.locator('#tab-correlation').click();
    const heat = view.page.locator('table.heat');
    await heat.waitFor();
    assert.equal(await heat.locator('tbody td').count(), 36);
    await heat.focus();
    await view.page.keyboard.press('End');
    await view.page.keyboard.press('ArrowDown');
    await view.page.waitForFunction(() =>
      /^at and balance: −?0\.\d\d$/.test(document.querySelector('.said')?.textContent ?? ''),
    );
    const before = await view.page.locator('.said').innerText();
    await view.page.getByLabel('Pearson', { exact: false }).check();
    await view.page.waitForFunction((text) => document.querySelector('.said')?.textContent !== text, before);
    await view.page.keyboard.press('Escape');
    await view.page.locator('table.columns').waitFor();
    await clean(view);
    await view.answer({ 'data/relations': () => makeRelations(40) });
    await view.changed();
    await view.page.locator('#tab-correlation').click();
    await view.page.locator('table.heat.small').waitFor();
    assert.equal(await heat.locator('tbody td').count(), 1600);
    await view.picture('profile-correlation40-dark');
  });

  it('shows what changed: the schema first, then by how far each column moved', async () => {
    const view = await open(engine, 'dark', { subject, against: earlier });
    await view.page.locator('.changes').waitFor();
    assert.match(
      await view.page.locator('.changes').innerText(),
      /Added device\s+Removed terminal, zip_code\s+Other type card_present \(integer → boolean\)/,
    );
    assert.match(
      await view.page.locator('.verdict').nth(1).innerText(),
      /Compared with features@3f2a91c4: 2 of 7 columns drifted: amount, merchant_category; 12,400 rows more than the 191,713 before; 1 column added; 2 columns removed/,
    );
    const found = await names(view);
    assert.deepEqual(
      [found.slice(0, 2).toSorted(), found.slice(2, 4)],
      [
        ['card_present', 'device'],
        ['amount', 'merchant_category'],
      ],
    );
    assert.match(await view.page.locator('tr', { hasText: 'amount' }).innerText(), /drifted\s+0\.314\s+0\.1\s+0\.001/);
    await view.page.locator('tr', { hasText: 'amount' }).click();
    await view.page.locator('.detail path.then').waitFor();
    assert.match(await view.page.locator('.detail').innerText(), /Then and now\s+drifted[\s\S]*wasserstein_std/);
    await view.page.locator('#against').selectOption({ label: 'nothing' });
    await view.page.locator('.changes').waitFor({ state: 'detached' });
    assert.equal(await view.page.locator('table.columns th', { hasText: 'Median' }).count(), 1);
    await clean(view);
  });

  it('goes to another version and tells the editor, so that a reload comes back to it', async () => {
    const asked: unknown[] = [];
    const view = await full('dark', {
      ...engine,
      'data/profile': (params) => {
        asked.push(params.subject);
        return makeProfile();
      },
    });
    await view.page.locator('#subject').selectOption({ index: 3 });
    await view.page.waitForFunction(
      () =>
        (globalThis as { persistedState?: { state: { subject: { id?: string } } } }).persistedState?.state.subject
          .id === '3f2a91c4d0e7',
    );
    await view.page.locator('.verdict .codicon').waitFor();
    assert.deepEqual(asked.at(-1), earlier);
    assert.deepEqual(await view.page.locator('#against option').allTextContents(), [
      'nothing',
      'transactions',
      'features',
      'features@a71c0de9',
    ]);
    await view.page.locator('#subject').selectOption({ index: 1 });
    await view.page.locator('#against optgroup[label=Before]').waitFor({ state: 'attached' });
    assert.deepEqual(await view.page.locator('#against optgroup[label=Before] option').allTextContents(), [
      'Version before: features@3f2a91c4',
      'Before the stage: transactions',
    ]);
    await clean(view);
  });

  it('holds a table of 10,000 columns with the rows of one screen', async () => {
    const view = await full('dark', {
      ...engine,
      'data/profile': () => wide(10_000),
      'data/outline': () => wide(10_000),
      'data/relations': () => ({ ...makeRelations(40), relevance: [], target: null }),
    });
    assert.match(await view.page.locator('.numbers').innerText(), /10,000 columns/);
    assert.ok((await view.page.locator('table.columns tbody tr').count()) < 60);
    await view.page.locator('table.columns').focus();
    await view.page.keyboard.press('End');
    await view.page.waitForFunction(() => document.querySelector('tr.active .name')?.textContent === 'column_9999');
    await view.page.keyboard.press('/');
    await view.page.waitForFunction(() => document.activeElement?.id === 'filter');
    await view.page.keyboard.type('column_123');
    await view.page.waitForFunction(() => document.querySelectorAll('table.columns tbody tr').length === 11);
    await clean(view);
  });

  it('shows the rows, page by page', async () => {
    const view = await full();
    await view.page.locator('#tab-rows').click();
    await view.page.locator('table.values tbody tr').first().waitFor();
    assert.match(
      await view.page.locator('.toolbar').innerText(),
      /Rows 1 to 100 of 204,113, the first 6 of 12 columns/,
    );
    await view.page.getByText('Later rows').click();
    await view.page.locator('.toolbar', { hasText: 'Rows 101 to 200' }).waitFor();
    await view.picture('profile-rows-dark');
    await clean(view);
  });
});
