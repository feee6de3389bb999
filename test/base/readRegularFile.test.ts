import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { entryOf } from '../../engine/project/located.ts';
import { loadProject, shapeProblems } from '../../engine/project/loadProject.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { FileFingerprints } from '../../engine/fingerprint/fileFingerprints.ts';
import { CachedFiles } from '../../server/cachedFiles.ts';
import { makeProject } from '../helpers/makeProject.ts';

const pipe = (path: string) => void execFileSync('mkfifo', [path]);
const device = (path: string) => symlinkSync('/dev/zero', path);
const folder = (path: string) => void mkdirSync(path);
const linked = (path: string) => {
  pipe(`${path}.pipe`);
  symlinkSync(`${path}.pipe`, path);
};
const large = (path: string) => {
  writeFileSync(path, '');
  truncateSync(path, 60 << 20);
};
const kinds: [string, (path: string) => void, RegExp][] = [
  ['pipe', pipe, /is a pipe, not a file/],
  ['device by a link', device, /is a device, not a file/],
  ['folder', folder, /is a folder, not a file/],
  ['link to a pipe', linked, /is a pipe, not a file/],
  ['large', large, /has 60 MB/],
];
const text =
  'version: 1\nproject: a\nenv_file: .env\ndatasets: { d: { path: d.csv, schema: d.yaml } }\nstages: { s: { cmd: "true", deps: [x], outs: [y] } }\n';

for (const [kind, make, expected] of kinds) {
  test(
    `a path of the project that is not a file is reported at once: ${kind}`,
    { skip: process.platform === 'win32' },
    () => {
      const told = (root: string, path: string) => {
        for (const project of [loadProject(root), loadProject(root, new CachedFiles(root))]) {
          const messages = shapeProblems(project).map(({ message }) => message);
          assert.ok(
            messages.some((message) => message.startsWith(`\`${path}\` `) && expected.test(message)),
            `${path}: ${messages.join(' | ')}`,
          );
        }
      };
      for (const path of ['loopwright.yaml', 'loopwright.yml', 'dvc.yaml']) {
        const root = makeProject();
        make(join(root, path));
        told(root, path);
      }
      for (const path of ['.env', 'd.yaml', 'experiments/e.experiment.yaml']) {
        const root = makeProject({ 'loopwright.yaml': text, 'experiments/other.experiment.yaml': 'describe: other\n' });
        make(join(root, path));
        told(root, path);
        assert.equal(loadProject(root).readable?.config.project, 'a', 'the other files go on');
      }
      const root = makeProject({ 'dvc.yaml': 'stages:\n  s: { cmd: "true", params: [a] }\n' });
      make(join(root, 'params.yaml'));
      told(root, 'params.yaml');
    },
  );
}

test('a dependency that is not a file is not hashed', { skip: process.platform === 'win32' }, () => {
  const root = makeProject({ x: 'x' });
  pipe(join(root, 'p'));
  device(join(root, 'z'));
  assert.deepEqual(Object.keys(new FileFingerprints(root, null).of(['x', 'p', 'z'])), ['x']);
});

test('an entry of a large mapping is found by its key, the first of two duplicates', () => {
  const { root } = parseYaml('a.yaml', `${Array.from({ length: 100 }, (_, i) => `k${i}: ${i}\n`).join('')}k5: again\n`);
  const value = entryOf(root ?? undefined, 'k5')?.value;
  assert.equal(value?.kind === 'scalar' ? value.value : null, 5);
  assert.equal(entryOf(root ?? undefined, 'none'), undefined);
});
