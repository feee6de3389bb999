import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expandSnippet } from './acceptItem.ts';

const root = join(import.meta.dirname, '../..');

export type TypedKind = 'project' | 'experiment' | 'dataset' | 'dvc';

/** A text that a person types from its first to its last character. */
export interface TypedFile {
  name: string;
  kind: TypedKind;
  text: string;
}

/**
 * Texts of other shapes than ours: lists without indentation, block scalars, anchors, quotes, flow over lines,
 * comments, markers.
 */
export function shapedFiles(): TypedFile[] {
  return globSync('test/fixtures/typed/*/*.yaml', { cwd: root })
    .toSorted()
    .map((path) => {
      const [kind, name] = path.split(/[\\/]/).slice(-2) as [TypedKind, string];
      return { name: `${kind}/${name}`, kind, text: readFileSync(join(root, path), 'utf8') };
    });
}

/** Every project, experiment and schema of the examples and fixtures. */
export function exampleFiles(): TypedFile[] {
  const paths = globSync(['examples/**/*.yaml', 'test/fixtures/project/**/*.yaml'], { cwd: root }).toSorted();
  return paths.flatMap((path): TypedFile[] => {
    const kind =
      basename(path) === 'loopwright.yaml'
        ? 'project'
        : path.endsWith('.experiment.yaml')
          ? 'experiment'
          : path.endsWith('.dataset.yaml')
            ? 'dataset'
            : null;
    return kind === null ? [] : [{ name: path, kind, text: readFileSync(join(root, path), 'utf8') }];
  });
}

/** The parents of the entries that a snippet makes. */
const parents: Record<string, string> = {
  gates: 'stages:\n  validate:\n    uses: validate\n    gates:\n',
  when: 'retraining:\n  when:\n',
};

/** What each snippet gives, at its place. */
export function snippetFiles(): TypedFile[] {
  return (['project', 'experiment', 'dataset'] as const).flatMap((kind) => {
    const all = JSON.parse(readFileSync(join(root, `snippets/${kind}.json`), 'utf8')) as Record<
      string,
      { prefix: string; at: string; body: string[] }
    >;
    return Object.values(all).map(({ prefix, at, body }): TypedFile => {
      const text = expandSnippet(body.join('\n'));
      const parent = at === '' || at === 'file' ? '' : (parents[at] ?? `${at}:\n`);
      const depth = parent === '' ? '' : `${/ *(?=\S+\n$)/.exec(parent)?.[0] ?? ''}  `;
      return { name: `snippet ${prefix}`, kind, text: `${parent}${text.replaceAll(/^(?=.)/gm, depth)}\n` };
    });
  });
}
