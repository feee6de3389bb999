import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const root = join(import.meta.dirname, '..');
/** Native modules, TensorFlow.js and ONNX Runtime, and the rooms that load them; `data` reads SQLite files of others. */
const natives: Record<string, readonly string[]> = {
  'better-sqlite3': ['store', 'data'],
  '@duckdb/*': ['data'],
  '@tensorflow/*': ['models'],
  'onnxruntime-*': ['models'],
};
const faces = ['**/cli/**', '**/engineHost/**', '**/server/**', '**/client/**', '**/webviews/**'];

export interface Override {
  files: string[];
  rules: { 'no-restricted-imports': [string, { patterns: object[] }] };
}

/**
 * The floors of engine/ from the lowest up, as ARCHITECTURE.md lists them: the rooms of each. Throws when a folder is
 * missing there, or named twice.
 */
export function readFloors(): string[][] {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const block = /```floors\n([\s\S]*?)```/.exec(text)?.[1];
  if (block === undefined) throw new Error('ARCHITECTURE.md has no block ```floors.');
  const floors = block
    .trim()
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^\d+\s+/, '')
        .split(/\s+/),
    )
    .toReversed();
  const named = floors.flat();
  const folders = globSync('engine/*', { cwd: root })
    .map((path) => path.split(/[\\/]/)[1] ?? '')
    .filter((name) => name !== 'tsconfig.json');
  const wrong = [
    ...folders.filter((room) => !named.includes(room)).map((room) => `engine/${room} has no floor`),
    ...named.filter((room) => !folders.includes(room)).map((room) => `the floors name ${room}, which is no folder`),
    ...named.filter((room, i) => named.indexOf(room) !== i).map((room) => `the floors name ${room} twice`),
  ];
  if (wrong.length > 0) throw new Error(`The floors in ARCHITECTURE.md are wrong: ${wrong.join('; ')}.`);
  return floors;
}

/**
 * The rules of oxlint for each room: it imports rooms below its own floor, no face, no editor, and no native module but
 * its own.
 */
export function floorOverrides(floors: readonly (readonly string[])[]): Override[] {
  return floors.flatMap((rooms, floor) =>
    rooms.map((room) => {
      const above = floors
        .slice(floor)
        .flat()
        .filter((other) => other !== room);
      const foreign = Object.entries(natives).flatMap(([name, owners]) => (owners.includes(room) ? [] : [name]));
      return {
        files: [`engine/${room}/**`],
        rules: {
          'no-restricted-imports': [
            'error',
            {
              patterns: [
                { group: [...faces, 'vscode', 'vscode-language*', ...foreign] },
                ...(above.length === 0
                  ? []
                  : [
                      {
                        regex: `^(\\.\\./)+(engine/)?(${above.join('|')})/`,
                        message: `engine/${room} imports only rooms below its floor: see the floors in ARCHITECTURE.md.`,
                      },
                    ]),
              ],
            },
          ],
        },
      };
    }),
  );
}

/** Imports between rooms that run up or sideways, those inside functions too, which the rule of oxlint does not see. */
export function upwardImports(floors: readonly (readonly string[])[]): string[] {
  const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));
  const found: string[] = [];
  for (const file of globSync('engine/*/**/*.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'))) {
    const room = file.split('/')[1] ?? '';
    for (const [, spec = ''] of readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const [top, other = ''] = posix.join(posix.dirname(file), spec).split('/');
      if (top === 'engine' && other !== room && (floorOf.get(other) ?? Infinity) >= (floorOf.get(room) ?? -1))
        found.push(`${file} imports ${spec}`);
    }
  }
  return found;
}
