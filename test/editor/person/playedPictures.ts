import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { PersonSession, Stage } from './personTest.ts';
import { until } from './workbench.ts';

const themes = { dark: 'Dark 2026', contrast: 'Default High Contrast', light: 'Light 2026' } as const;
type Theme = keyof typeof themes;

/** The folder's settings: the theme, and nothing that the reader of a picture does not need. */
function wear(project: string, theme: Theme): void {
  mkdirSync(join(project, '.vscode'), { recursive: true });
  writeFileSync(
    join(project, '.vscode/settings.json'),
    JSON.stringify({
      'workbench.colorTheme': themes[theme],
      'editor.minimap.enabled': false,
      'window.title': '${rootName}',
      'window.commandCenter': false,
      'workbench.layoutControl.enabled': false,
    }),
  );
}

/** The story as `npm run demo` left it, for eyes: every view in one theme or in three, and none may show a problem. */
export function playedPictures(example: string, allThemes: boolean): PersonSession {
  return {
    prepare: (folder) => {
      const project = join(folder, 'card-fraud');
      cpSync(example, project, { recursive: true });
      wear(project, 'light');
      const git = (...args: string[]): void =>
        void execFileSync('git', ['-c', 'user.name=Loopwright', '-c', 'user.email=tests@localhost', ...args], {
          cwd: project,
        });
      writeFileSync(join(project, '.gitignore'), '.vscode\n.loopwright\ndata\nincoming\nbuild\n');
      git('init', '-q', '-b', 'main');
      git('add', '.');
      git('commit', '-q', '-m', 'The story as it was played');
      return project;
    },
    trust: true,
    tests: (allThemes ? (['dark', 'contrast', 'light'] as const) : (['light'] as const)).map((theme) => ({
      name: `every view in the ${theme} theme`,
      run: (stage) => everyView(stage, theme),
    })),
  };
}

async function everyView({ workbench, project }: Stage, theme: Theme): Promise<void> {
  const { page } = workbench;
  const ending = theme === 'light' ? '' : `-${theme}`;
  wear(project, theme);
  const name = { light: 'vs', dark: 'vs-dark', contrast: 'hc-black' }[theme];
  await page.locator(`.monaco-workbench.${name}`).waitFor();
  await workbench.showExplorer();
  await workbench.row('Models', 'v2').waitFor();
  await workbench.openFile('loopwright.yaml', 16);
  await workbench.lens('History', '  collect:');
  // The life of the model and its parts; what is pale under the mouse would be on the picture.
  await page.mouse.move(900, 880);
  await page.waitForTimeout(600);
  await workbench.picture(`explorer${ending}`);

  await workbench.click('Life cycle', 'Track');
  const history = await workbench.webview('table.runs tbody tr');
  if (!(await history.locator('.compare').isVisible())) {
    await until('two chosen runs', async () => {
      for (const box of await history.locator('table.runs .tick input').all())
        if (!(await box.isChecked())) await box.click();
      return (await history.locator('tr.selected').count()) === 2;
    });
    await history.locator('#compare').click();
  }
  await history.locator('.u-over').first().waitFor();
  await settled(page);
  await workbench.picture(`runHistory${ending}`);

  await workbench.pane('Datasets').locator('.pane-header').click();
  await workbench.click('Datasets', 'features');
  const data = await workbench.webview('.verdict .codicon');
  await data.locator('tbody tr', { hasText: 'amount' }).first().click();
  await data.locator('.detail .plot').waitFor();
  await settled(page);
  await workbench.picture(`dataProfile${ending}`);
  await workbench.pane('Datasets').locator('.pane-header').click();

  await workbench.click('Models', 'v2');
  const card = await workbench.webview('.card table.gates');
  assert.match(await card.locator('h1').innerText(), /card-fraud v2/);
  await settled(page);
  await workbench.picture(`modelCard${ending}`);

  await workbench.click('Life cycle', 'Monitor');
  const drift = await workbench.webview('.drift .distribution');
  await drift.locator('.timeline canvas').first().waitFor();
  assert.match(await drift.locator('.verdict').innerText(), /expectations met/);
  await settled(page);
  await workbench.picture(`drift${ending}`);
  await workbench.noErrors();
}

/** Fonts of the newest frame are there and drawn, and the mouse points at nothing. */
async function settled(page: Page): Promise<void> {
  await page.mouse.move(900, 880);
  for (const frame of page.frames())
    await frame
      .evaluate(async () => {
        await document.fonts.ready;
      })
      .catch(() => {});
  await page.waitForTimeout(900);
}
