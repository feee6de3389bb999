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
        await (await workbench.lens('Run', 'envs:')).click();
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
        await (await workbench.lens('Run', 'ask:')).click();
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
        await (await workbench.lens('Run', 'long:')).click();
        await terminalSays(workbench, 'tick 1');
        await workbench.page.reload();
        await workbench.ready();
        // Lenses come and go while the window starts.
        await until(
          'the output',
          async () => {
            await (await workbench.lens('Show output', 'long:')).click();
            await terminalSays(workbench, 'Ctrl-C leaves it running', 10_000);
            return true;
          },
          60_000,
        );
        await terminalSays(workbench, 'tick 2');
        await workbench.picture('showOutput');
        await workbench.page.locator('.statusbar-item[id*="loopwright.stop"]').waitFor();
        await workbench.command('Loopwright: Run all stale stages');
        await workbench.message(/is waiting: [a-z]+-[a-z]+ is running \(long, started/);
        await workbench.picture('runHasToWait');
        await (await workbench.lens('Stop', 'long:')).click();
        await until('the end of the run', () => !existsSync(join(project, '.loopwright/run.lock')));
        await (await workbench.lens('Run', 'long:')).waitFor();
        assert.ok(!existsSync(join(project, 'long.txt')));
        await terminalSays(workbench, 'cancelled');
      },
    },
  ],
};

async function terminalSays(workbench: Workbench, text: string, ms = 60_000): Promise<void> {
  await until(
    `a terminal that says "${text}"`,
    async () =>
      (await workbench.page.locator('.part.panel .xterm-rows').allInnerTexts())
        .join('\n')
        .replaceAll('\u00a0', ' ')
        .includes(text),
    ms,
  );
}
