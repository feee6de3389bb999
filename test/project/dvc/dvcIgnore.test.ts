import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dvcIgnore } from '../../../engine/project/dvc/dvcIgnore.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { dvcVenv as python } from '../../helpers/dvcVenv.ts';
import { rounds } from '../../helpers/rounds.ts';

const script = join(import.meta.dirname, '../../transfer/dvcSide.py');

const tree = [
  'a.txt',
  'b.tmp',
  'data/a.txt',
  'data/b.tmp',
  'data/raw/a.txt',
  'data/raw/deep/b.tmp',
  'data/raw/deep/c 1.csv',
  'out/a.txt',
  'out/data/a.txt',
  'out/.cache/x',
  '#hash/x',
  '!bang/x',
  'a]b/x',
  'build-1/x',
  'Ünï/ä.txt',
  '.git/config',
  '.hg/x',
  'data/.git/x',
  '[x]/y',
];

/**
 * Tried: names, globs, `?`, classes and negated ones, classes without an end, `**` in each place, anchors, folders,
 * negations of files and folders and their order, comments, blank lines, spaces at both ends, escapes, CRLF, a byte order
 * mark, non-ASCII names, files in folders whose lines win over those above, files that are left out themselves, projects
 * in a project, and lines put together at random.
 */
const cases: Record<string, string>[] = [
  { '.dvcignore': '*.tmp\n!b.tmp\n' },
  { '.dvcignore': '*.tmp\n!/b.tmp\n' },
  { '.dvcignore': 'data/*\n!data/raw\n' },
  { '.dvcignore': 'data/*\n!data/raw/\n' },
  { '.dvcignore': '/*\n!/data/\n' },
  { '.dvcignore': 'data/**\n' },
  { '.dvcignore': '**/raw\n' },
  { '.dvcignore': 'out/**/a.txt\n' },
  { '.dvcignore': 'raw/\nout\n' },
  { '.dvcignore': '/raw/\n/out\n' },
  { '.dvcignore': 'raw/deep\ndata/raw/deep\n' },
  { '.dvcignore': '# *.txt\n\n   *.csv   \n\t*.tmp\t\n' },
  { '.dvcignore': '\\#hash\n\\!bang\n' },
  { '.dvcignore': 'a[]]b\n[[]x]\n' },
  { '.dvcignore': 'build-[0-9]\n[!d]ata\n' },
  { '.dvcignore': 'a[b\nout\n' },
  { '.dvcignore': '*/\n' },
  { '.dvcignore': '**\n!*.txt\n' },
  { '.dvcignore': '*\n!data\n!data/**\n' },
  { '.dvcignore': '/\n**/\n' },
  { '.dvcignore': 'out\r\n*.tmp\r\n' },
  { '.dvcignore': '\uFEFFout\n*.tmp\n' },
  { '.dvcignore': 'Ün?/ä*\nc\\ 1.csv\n' },
  { '.dvcignore': '*.tmp\n', 'data/.dvcignore': '!b.tmp\n*.txt\n' },
  { '.dvcignore': '', 'data/.dvcignore': '/a.txt\nraw/deep\n', 'data/raw/.dvcignore': '!a.txt\n**/*.csv\n\\#x\n' },
  { '.dvcignore': '*.txt\n', 'data/raw/.dvcignore': '!/a.txt\n!**/b.tmp\n' },
  { '.dvcignore': 'raw\n', 'data/raw/.dvcignore': '!*\n' },
  { '.dvcignore': '.dvcignore\n', 'data/.dvcignore': '*\n' },
  { 'data/.dvcignore': 'deep/\n' },
  { 'out/.dvc/config': '' },
  { 'out/.dvc/config': '', '.dvcignore': '!out\n' },
  {},
];

const words = 'a.txt b.tmp data raw deep out * *.txt ** ? d* [a-d]*'.split(' ');

/** Lines put together at random, the same every time. */
function randomLines(seed: number): string {
  let state = seed * 2654435761 + 1;
  const pick = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return Array.from({ length: 1 + pick(4) }, () => {
    const steps = Array.from({ length: 1 + pick(3) }, () => words[pick(words.length)]);
    return `${pick(3) === 0 ? '!' : ''}${pick(4) === 0 ? '/' : ''}${steps.join('/')}${pick(4) === 0 ? '/' : ''}\n`;
  }).join('');
}

test('DVC and Loopwright leave out the same files', (t) => {
  const why = python.prepare();
  if (why) {
    if (process.env['CI']) assert.fail(why);
    return t.skip(why);
  }
  const random = Array.from({ length: rounds(200) }, (_, i) => ({
    '.dvcignore': randomLines(i),
    ...(i % 3 === 0 ? { 'data/.dvcignore': randomLines(i + 10_000) } : {}),
  }));
  const all = [...cases, ...random].map((own) => {
    const root = makeProject({ ...Object.fromEntries(tree.map((path) => [path, ''])), ...own });
    mkdirSync(join(root, '.dvc'), { recursive: true });
    return { own, root, paths: [...tree, ...Object.keys(own)] };
  });
  const theirs = JSON.parse(
    python.run(script, JSON.stringify({ folder: '.', do: 'kept', folders: all.map(({ root }) => root) })),
  ) as string[][];
  for (const [i, { own, root, paths }] of all.entries()) {
    const isIgnored = dvcIgnore(root);
    assert.deepEqual(paths.filter((path) => !isIgnored(path)).toSorted(), theirs[i]?.toSorted(), JSON.stringify(own));
  }
});

test('a line with many stars takes linear time', () => {
  const name = `${'a'.repeat(100)}b`;
  for (const line of ['*a'.repeat(30), '**/a*'.repeat(10), `x/${'[a-z]*'.repeat(30)}1`, '*'.repeat(100_000)]) {
    const isIgnored = dvcIgnore(makeProject({ '.dvcignore': `${line}\n` }));
    for (const path of [`x/${name}`, `${name}/${name}`]) assert.equal(isIgnored(path), false, line.slice(0, 20));
  }
});
