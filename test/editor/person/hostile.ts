import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFiles } from '../../helpers/makeProject.ts';
import { ordersFiles, ordersYaml } from '../../helpers/ordersProject.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';
import type { Workbench } from './workbench.ts';

// A project of somebody who means ill, in a live editor: names of runs, params, metrics, columns, categories and files,
// notes, descriptions, an SVG, an HTML page and Markdown among the files of a run. Nothing of it runs, loads or asks a
// server. Afterwards a folder that cannot be written.

/** What a page that got out would ask for. */
const asked: string[] = [];
const listener = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end();
});
let origin = '';
let readOnly = '';

const script = (where: string) => `window.top.pwned=1;fetch('${origin}/${where}')`;
const hostile = (where: string) =>
  `<img src="${origin}/${where}.png" onerror="${script(where)}"><svg onload="${script(where)}"></svg>[go](command:workbench.action.quit)![i](${origin}/${where}-markdown.png)`;

const artifacts = (): Record<string, string> => ({
  'evil.svg': `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200" height="90" onload="${script('svg-load')}"><script>${script('svg-script')}</script><image href="${origin}/svg-image.png" width="9" height="9"/><foreignObject width="200" height="90"><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="${origin}/svg-frame"/></body></foreignObject><rect width="200" height="90" fill="teal"/></svg>`,
  'evil.html': `<html><meta http-equiv="refresh" content="0;url=${origin}/html-refresh"><script>${script('html-script')}</script><form action="${origin}/html-form"><input autofocus onfocus="${script('html-focus')}"></form></html>`,
  'evil.md': `# Hello\n${hostile('md')}\n<script>${script('md-script')}</script>\n`,
  'evil.csv': `a,${'"<img src=x onerror=""window.top.pwned=1"">"'}\n"=cmd|' /C calc'!A0",<b>x</b>\n`,
  '<img src=x onerror=window.top.pwned=1>.txt': 'a file with a name\n',
});

const runId = 'c0ffee00c0ffee00c0ffee00c0ffee00';

/** A file store of MLflow with one run. */
function fileStore(): Record<string, string> {
  const run = `mlruns/7/${runId}`;
  const now = Date.now();
  return {
    'mlruns/7/meta.yaml': `artifact_location: ''\nexperiment_id: '7'\nlifecycle_stage: active\nname: ${JSON.stringify(hostile('experiment'))}\n`,
    [`${run}/meta.yaml`]: `artifact_uri: ''\nend_time: ${now}\nexperiment_id: '7'\nlifecycle_stage: active\nrun_id: ${runId}\nrun_name: ${JSON.stringify(hostile('run'))}\nrun_uuid: ${runId}\nsource_name: ''\nsource_type: 4\nstart_time: ${now - 9000}\nstatus: 3\ntags: []\nuser_id: ${JSON.stringify(hostile('user'))}\n`,
    [`${run}/tags/mlflow.note.content`]: `${hostile('note')}\n\n<script>${script('note-script')}</script>`,
    [`${run}/tags/team`]: hostile('tag'),
    [`${run}/params/loss`]: hostile('param'),
    [`${run}/metrics/accuracy`]: `${now - 5000} 0.5 1\n${now - 4000} 0.6 2\n`,
    ...Object.fromEntries(Object.entries(artifacts()).map(([name, text]) => [`${run}/artifacts/${name}`, text])),
  };
}

const column = '<img src=x onerror=window.top.pwned=1>';

function projectFiles(): Record<string, string> {
  const yaml = ordersYaml
    .replace('datasets:\n', `datasets:\n  odd: { path: odd.csv, schema: odd.dataset.yaml }\n`)
    .replace('Says which orders will be late.', JSON.stringify(hostile('card')));
  const rows = Array.from({ length: 40 }, (_, i) => `${i},"${i % 2 === 0 ? '<b onclick=alert(1)>x</b>' : 'plain'}"`);
  return {
    ...ordersFiles({ rows: 400, yaml }),
    'odd.csv': `id,${column}\n${rows.join('\n')}\n`,
    'odd.dataset.yaml': `fields:\n  - { name: id, type: integer, description: ${JSON.stringify(hostile('description'))} }\n  - { name: ${JSON.stringify(column)}, type: string, description: ${JSON.stringify(hostile('column'))} }\n`,
    ...fileStore(),
  };
}

/** Nothing ran in the window or in one of its frames, and nobody was asked. */
async function untouched({ page }: Workbench, after: string): Promise<void> {
  for (const frame of page.frames()) {
    const found = await frame
      .evaluate(() => ({
        pwned: 'pwned' in window,
        elements: [...document.querySelectorAll('[onerror], svg[onload], a[href^="command:workbench.action.quit"]')]
          .length,
      }))
      .catch(() => ({ pwned: false, elements: 0 }));
    assert.deepEqual(found, { pwned: false, elements: 0 }, `${after}: ${frame.url().slice(0, 120)}`);
  }
  assert.deepEqual(asked, [], after);
}

export const hostileProject: PersonSession = {
  async prepare(folder, root) {
    listener.listen(0, '127.0.0.1');
    await new Promise((done) => listener.once('listening', done));
    origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    const project = join(folder, 'orders');
    writeFiles(project, projectFiles());
    const cli = (...args: string[]) =>
      execFileSync(process.execPath, [join(root, 'dist/cli.cjs'), ...args], { cwd: project });
    cli('run');
    cli('import', 'mlruns');
    // Root may write everywhere but into what is mounted read-only.
    readOnly = join(folder, 'colleague');
    mkdirSync(readOnly);
    const mounted = spawnSync('mount', ['--bind', '-o', 'ro', project, readOnly]).status === 0;
    if (mounted) spawnSync('mount', ['-o', 'remount,ro,bind', readOnly]);
    else readOnly = '';
    return project;
  },
  async finish() {
    if (readOnly !== '') spawnSync('umount', ['-l', readOnly]);
    await new Promise((done) => listener.close(done));
  },
  trust: true,
  tests: [
    {
      name: 'the run of a stranger is shown with its names, note and files, and nothing of it runs',
      async run({ workbench }) {
        const { page } = workbench;
        await workbench.showExplorer();
        await workbench.pane('Life cycle').locator('.monaco-list-row', { hasText: 'Develop' }).first().waitFor();
        await workbench.click('Life cycle', 'Track');
        const frame = await workbench.webview('tr[aria-selected]');
        const row = frame.locator('tr[aria-selected]', { hasText: 'onerror' }).first();
        await row.waitFor();
        await workbench.picture('hostile-runs');
        await untouched(workbench, 'the table of runs');
        await row.click();
        await page.keyboard.press('Enter');
        for (const name of Object.keys(artifacts())) {
          const button = frame.locator('.files button.link', { hasText: name });
          await button.scrollIntoViewIfNeeded();
          await button.click();
          await frame.locator('.files .preview > *:not(.skeleton)').first().waitFor();
          await workbench.picture(`hostile-${name.replaceAll(/\W+/g, '-')}`);
          await untouched(workbench, name);
        }
      },
    },
    {
      name: 'files of a run are opened as text or picture',
      async run({ workbench }) {
        for (const name of Object.keys(artifacts())) {
          await workbench.page.locator('.tab', { hasText: /^Runs/ }).first().click();
          const frame = await workbench.webview('.files');
          await frame.locator('.files .file', { hasText: name }).locator('button.quiet').first().click();
          await until(`a tab with ${name}`, async () =>
            (await workbench.page.locator('.tab.active').allInnerTexts()).some((text) => !/^Runs/.test(text)),
          );
          await untouched(workbench, `${name} in an editor`);
        }
        await workbench.picture('hostile-opened');
      },
    },
    {
      name: 'hover, profile, card and sidebar show a hostile schema as text',
      async run({ workbench }) {
        const { page } = workbench;
        await workbench.openFile('odd.dataset.yaml', 2);
        const word = page.locator('.view-line span', { hasText: /^id$/ }).first();
        const hover = page.locator('.monaco-hover:not(.hidden) .hover-contents').first();
        await until('the hover', async () => {
          await page.mouse.move(5, 5);
          await word.hover({ timeout: 2000 });
          await hover.waitFor({ timeout: 3000 });
          return true;
        });
        await workbench.picture('hostile-hover');
        await untouched(workbench, 'the hover');
        await workbench.openFile('loopwright.yaml');
        const lens = await workbench.lens('Profile', '  odd:');
        await lens.click();
        const profile = await workbench.webview('table.columns tbody tr');
        await profile.locator('table.columns tbody tr', { hasText: 'onerror' }).first().click();
        await workbench.picture('hostile-profile');
        await untouched(workbench, 'the profile');
        await workbench.command('Loopwright: Open model card');
        await (await workbench.webview('.card table.gates')).getByText('onerror').first().waitFor();
        await workbench.picture('hostile-card');
        await untouched(workbench, 'the card');
      },
    },
    {
      name: 'a folder that cannot be written is shown, and says so',
      async run({ workbench, address }) {
        assert.notEqual(readOnly, '', 'nothing can be mounted read-only here');
        await workbench.open(address(readOnly));
        await workbench.showExplorer();
        await workbench.says('Life cycle', 'Read-only folder', /nothing can be recorded/);
        await workbench.says('Life cycle', 'Develop', /\d/);
        await workbench.picture('read-only');
        await workbench.click('Life cycle', 'Track');
        const frame = await workbench.webview('tr[aria-selected]');
        assert.ok((await frame.locator('tr[aria-selected]').count()) > 1);
        await workbench.picture('read-only-runs');
      },
    },
  ],
};
