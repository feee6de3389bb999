import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { FileProblem } from '../../protocol/lifeCycle.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { makeReport } from '../fixtures/views/drift.ts';
import { overview } from '../fixtures/views/overview.ts';
import { cannotTest, ViewBench, type Answers } from '../helpers/viewPage.ts';

const problem: FileProblem = {
  file: 'loopwright.yaml',
  line: 14,
  column: 9,
  message: 'This `[` is not closed. Add `]` where it ends.',
};

describe('the line above a view that shows the last good state', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(() => bench.stop());

  for (const theme of ['dark', 'light', 'contrast'] as const) {
    it(`says what is wrong, leads there, and goes when the file is whole: ${theme}`, async () => {
      const engine: Answers = {
        'project/overview': () => ({ ...overview, problem }),
        'models/card': () => makeCard(4),
      };
      const view = await bench.open('modelCard', { name: null, version: 4 }, engine, theme);
      await view.page.locator('.verdict').waitFor();
      const text = await view.page.locator('#view').innerText();
      await view.changed(problem);
      const line = view.page.locator('#problem-line');
      await line.waitFor();
      assert.match(
        await line.innerText(),
        /loopwright\.yaml:14 This `\[` is not closed.*The last good state is shown\./s,
      );
      assert.equal(await view.page.locator('#view').innerText(), text, 'the view itself stays as it was');
      await view.picture(`lastGood-modelCard-${theme}`);
      await line.getByRole('link').click();
      assert.deepEqual(view.actions, [{ do: 'openFile', path: 'loopwright.yaml', line: 14 }]);
      await view.changed();
      await line.waitFor({ state: 'hidden' });
      assert.equal(await view.page.locator('body.last-good').count(), 0);
      assert.deepEqual(view.faults, []);
    });
  }

  it('leaves its place to the view: nothing is cut at the bottom', async () => {
    const view = await bench.open(
      'drift',
      { monitor: 'production' },
      { 'project/overview': () => overview, 'drift/report': () => makeReport() },
      'dark',
      { width: 900, height: 600 },
    );
    await view.page.locator('.timeline').waitFor();
    await view.changed(problem);
    await view.page.locator('#problem-line').waitFor();
    await view.picture('lastGood-drift-dark');
    assert.deepEqual(view.faults, []);
  });
});
