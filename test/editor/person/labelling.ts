import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordersFiles, ordersYaml } from '../../helpers/ordersProject.ts';
import { writeFiles } from '../../helpers/makeProject.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

const task = `labelling:
  late_review: { data: features, label: late, file: data/labels/late.csv, show: [amount, country, hour], model: champion, labellers: 2 }
  where: { data: orders, label: country, file: data/labels/where.csv }
`;
let file = '';
const written = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : []);

/** Labels rows in the editor with the keyboard alone, most uncertain first. */
export const labelling: PersonSession = {
  prepare: (folder, root) => {
    const project = join(folder, 'orders');
    file = join(project, 'data/labels/late.csv');
    writeFiles(project, {
      ...ordersFiles({ rows: 400, yaml: `${ordersYaml}${task}` }),
      '.vscode/settings.json': JSON.stringify({ 'loopwright.labelling.labeller': 'ann' }),
    });
    const cli = (...args: string[]): void =>
      void execFileSync(process.execPath, [join(root, 'dist/cli.cjs'), ...args, '--project', project], {
        cwd: project,
      });
    cli('run');
    cli('models', 'promote', '1');
    return project;
  },
  trust: true,
  tests: [
    {
      name: 'the palette asks which task, and the row that the model is least sure of is there',
      async run({ workbench }) {
        await workbench.showExplorer();
        await workbench.pane('Life cycle').locator('.monaco-list-row', { hasText: 'Train' }).first().waitFor();
        await workbench.command('Loopwright: Label data');
        await workbench.pick('late_review');
        await workbench.page.locator('.tab.active', { hasText: 'Label: late_review' }).waitFor();
        const frame = await workbench.webview('.card .class');
        assert.match(await frame.locator('header').innerText(), /Labelling as ann/);
        assert.equal(await frame.locator('#order').inputValue(), 'uncertain');
        assert.deepEqual(await frame.locator('.values dt').allInnerTexts(), ['amount', 'country', 'hour']);
        assert.equal(await frame.locator('.hints.shown').count(), 0);
        await workbench.picture('labelling');
      },
    },
    {
      name: 'digits, S, U and Ctrl+Z do what they say, and each is a line of the file',
      async run({ workbench }) {
        const { keyboard } = workbench.page;
        const frame = await workbench.webview('.card .class');
        const key = () => frame.locator('#row-name code').innerText();
        const press = async (what: string): Promise<string> => {
          const before = await key();
          await keyboard.press(what);
          await until(`another card after ${what}`, async () => (await key()) !== before);
          return before;
        };
        const first = await press('1');
        const second = await press('s');
        await press('u');
        assert.equal(await key(), second);
        await press('2');
        await press('Control+z');
        assert.equal(await key(), second);
        await until('five lines', () => written().length === 5);
        assert.deepEqual(
          written().map((line) => line.replace(/,\d{4}-[^,]+Z,/, ',')),
          [
            `${first},true,ann,hand`,
            `${second},,ann,skip`,
            `${second},,ann,undo`,
            `${second},false,ann,hand`,
            `${second},,ann,undo`,
          ],
        );
        await until('the progress', async () =>
          /^1 of 400 labelled/.test(await frame.locator('#progress').innerText()),
        );
        await keyboard.press('ArrowLeft');
        await until('the first again', async () => (await key()) === first);
        assert.match(await frame.locator('.hints.shown').innerText(), /The model says (true|false) at 5\d %/);
        await workbench.picture('labelling-back');
      },
    },
  ],
};
