import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonSession } from './personTest.ts';
import { until, type Workbench } from './workbench.ts';

const yaml = `version: 1
project: programs
stages:
  envs: { cmd: "env | sort > envs.txt; python -c 'import sys; print(sys.prefix)' > prefix.txt", outs: [envs.txt, prefix.txt] }
  ask: { cmd: "python -c \\"name = input('Your name? '); open('name.txt', 'w').write(name)\\"", outs: [name.txt] }
  long: { cmd: "for i in $(seq 300); do echo tick $i; sleep 5; done; echo x > long.txt", outs: [long.txt] }
`;

/** Programs of stages in a real editor: their environment and Python, answers, and a run that outlives its window. */
export const programs: PersonSession = {
  prepare: (folder) => {
    const project = join(folder, 'programs');
    mkdirSync(join(project, '.vscode'), { recursive: true });
    // Drawn as text, which can be read here.
    writeFileSync(join(project, '.vscode/settings.json'), '{ "terminal.integrated.gpuAcceleration": "off" }');
    writeFileSync(join(project, 'loopwright.yaml'), yaml);
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(project, '.venv')]);
    return project;
  },
  trust: true,
  tests: [
    {
      name: 'a stage has the Python of the folder and nothing of the editor',
      async run({ workbench, project }) {
        await workbench.openFile('loopwright.yaml');
        await workbench.pressLens('Run', 'envs:', () => workbench.hasPanel());
        await until(
          'the stage ran',
          () => existsSync(join(project, 'prefix.txt')) && readFileSync(join(project, 'prefix.txt'), 'utf8') !== '',
          60_000,
        );
        const variables = readFileSync(join(project, 'envs.txt'), 'utf8')
          .split('\n')
          .map((line) => line.split('=')[0] ?? '');
        assert.deepEqual(
          variables.filter((name) => /^(ELECTRON|VSCODE)_/.test(name)),
          [],
        );
        assert.equal(readFileSync(join(project, 'prefix.txt'), 'utf8').trim(), join(project, '.venv'));
      },
    },
    {
      name: 'a program that asks is answered in the terminal of its task',
      async run({ workbench, project }) {
        // One run of a project at a time.
        await workbench.lens('fresh', 'envs:');
        await workbench.pressLens('Run', 'ask:', () => says(workbench, ' ask'));
        await terminalSays(workbench, 'Your name?');
        await workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
        await workbench.page.keyboard.type('Ada\n');
        await until(
          'the answer',
          () => existsSync(join(project, 'name.txt')) && readFileSync(join(project, 'name.txt'), 'utf8') === 'Ada',
        );
      },
    },
    {
      name: 'loopwright is a command of the terminals',
      async run({ workbench, project, folder }) {
        const file = join(folder, 'doctor.txt');
        await until(
          'the command',
          async () => {
            await workbench.command('Terminal: Create New Terminal');
            await workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea').waitFor();
            await workbench.page.keyboard.type(`loopwright doctor > '${file}'; env > '${file}.env'\n`);
            return until(
              'its answer',
              () =>
                existsSync(`${file}.env`) && readFileSync(`${file}.env`, 'utf8').includes('MLFLOW_TRACKING_URI=http'),
              15_000,
            ).catch(() => false);
          },
          60_000,
        );
        assert.match(
          readFileSync(file, 'utf8'),
          /✓ Python +Python 3\S+ · \.venv\/bin\/python \(`\.venv` of the project\)/,
        );
        assert.doesNotMatch(readFileSync(`${file}.env`, 'utf8'), /^ELECTRON_RUN_AS_NODE=/m);
        assert.ok(!existsSync(join(project, 'mlruns')));
      },
    },
    {
      name: 'a run that outlived its window shows its output again, and is stopped above its stage',
      async run({ workbench, project }) {
        await workbench.lens('fresh', 'ask:');
        await workbench.pressLens('Run', 'long:', () => says(workbench, ' long'));
        await terminalSays(workbench, 'tick 1');
        await workbench.page.reload();
        await workbench.ready();
        await workbench.pressLens('Show output', 'long:', () => says(workbench, 'Ctrl-C leaves it running'));
        await terminalSays(workbench, 'tick 2');
        await workbench.picture('showOutput');
        await workbench.page.locator('.statusbar-item[id*="loopwright.stop"]').waitFor();
        await workbench.command('Loopwright: Run all stale stages');
        await workbench.message(/is waiting: [a-z]+-[a-z]+ is running \(long, started/);
        await workbench.picture('runHasToWait');
        await workbench.pressLens('Stop', 'long:', () => !existsSync(join(project, '.loopwright/run.lock')));
        await (await workbench.lens('Run', 'long:')).waitFor();
        assert.ok(!existsSync(join(project, 'long.txt')));
        await terminalSays(workbench, 'cancelled');
      },
    },
  ],
};

/** Whether a terminal on the screen says so. */
async function says({ page }: Workbench, text: string): Promise<boolean> {
  const shown = await page.locator('.part.panel .xterm-rows').allInnerTexts();
  return shown.join('\n').replaceAll('\u00a0', ' ').includes(text);
}

async function terminalSays(workbench: Workbench, text: string): Promise<void> {
  await until(`a terminal that says "${text}"`, () => says(workbench, text), 60_000);
}
