import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostOf, refused } from '../helpers/hostOf.ts';
import { at, monitoredOrders } from '../helpers/monitoredOrders.ts';
import { orders } from '../helpers/ordersProject.ts';
import { runCli } from '../helpers/runCli.ts';

const monitored = monitoredOrders();

const notBuilt = existsSync(join(import.meta.dirname, '../../dist/savedViews.cjs'))
  ? false
  : 'the views are not built; run npm run build';

test(
  'card, drift and profile are saved as one HTML file each, by the engine host and by the command line',
  { skip: notBuilt },
  async () => {
    const project = monitored();
    const { root } = project;
    const { ask } = hostOf(root);
    project.predict(orders({ rows: 150, firstDay: 70, days: 1, shift: 80 }));
    await runCli(['monitor', '--now', new Date(at(72)).toISOString()], { cwd: root });
    const file = (name: string): string => join(root, 'out', `${name}.html`);
    const text = (name: string): string => readFileSync(file(name), 'utf8');
    await ask('pages/save', { page: { of: 'card', name: null, version: 1 }, path: file('card') });
    assert.match(text('card'), /<h1>orders <span class="version">v1<\/span><\/h1>[\s\S]*All 2 gates passed\./);
    await ask('pages/save', { page: { of: 'drift', monitor: 'production' }, path: file('drift') });
    assert.match(text('drift'), /Drift of production[\s\S]*test rows of v1, 160 rows[\s\S]*<svg/);
    await ask('pages/save', {
      page: { of: 'profile', subject: { kind: 'dataset', name: 'orders' } },
      path: file('profile'),
    });
    assert.match(text('profile'), /<h1>orders<\/h1>/);
    for (const name of ['card', 'drift', 'profile'])
      assert.match(text(name), /http-equiv="Content-Security-Policy" content="default-src 'none'/);
    await assert.rejects(
      ask('pages/save', { page: { of: 'drift', monitor: 'none' }, path: file('none') }),
      refused(/There is no monitor `none`/),
    );
    assert.equal(existsSync(file('none')), false);
    assert.equal((await runCli(['models', 'card', '1', '--html', file('cli-card')], { cwd: root })).code, 0);
    assert.match(text('cli-card'), /All 2 gates passed\./);
    assert.equal((await runCli(['drift', '--html', file('cli-drift')], { cwd: root })).code, 0);
    assert.match(text('cli-drift'), /Drift of production/);
    assert.match((await runCli(['drift', 'none'], { cwd: root })).err, /There is no monitor `none`/);
  },
);
