import { stringify } from 'yaml';
import type { RunPart } from '../../protocol/blame.ts';
import { messageOf } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { textOf } from '../tracking/texts.ts';
import { withCodeTrees } from './codeTrees.ts';
import { keptRun } from './keptRun.ts';

/** A part of a run as text, for a diff with another run; null text for a file that its code does not have. */
export async function runPart(
  root: string,
  store: Store,
  runId: string,
  part: RunPart,
): Promise<{ text: string | null; problem: string | null }> {
  const run = keptRun(store, runId);
  switch (part.part) {
    case 'code':
      try {
        const bytes = await withCodeTrees(root, (trees) => trees.read(run, part.path));
        if (bytes?.includes(0)) return { text: null, problem: `\`${part.path}\` is no text.` };
        return { text: bytes?.toString('utf8') ?? null, problem: null };
      } catch (error) {
        return { text: null, problem: messageOf(error) };
      }
    case 'params':
      return {
        text: stringify({
          seed: run.row.seed,
          ...(run.row.as_of === null ? {} : { as_of: new Date(run.row.as_of).toISOString() }),
          params: run.params,
        }),
        problem: null,
      };
    case 'data':
      return {
        text: stringify(
          Object.fromEntries(
            [...run.inputs].map(([dataset, found]) => [
              dataset,
              {
                content: found.hash,
                rows: found.rows,
                source: found.source,
                ...found.detail,
                columns: Object.fromEntries(found.columns.map(({ name, sqlType, type }) => [name, sqlType ?? type])),
              },
            ]),
          ),
        ),
        problem: null,
      };
    case 'environment':
      return {
        text: stringify(
          Object.fromEntries(Object.entries(run.environment).filter(([key]) => !/^packages(\.|$)/.test(key))),
        ),
        problem: null,
      };
    case 'packages':
      return {
        text: Object.entries(run.environment)
          .filter(([key]) => /^packages(\.|$)/.test(key))
          .map(
            ([key, hash]) =>
              `${key === 'packages' ? '' : `# ${key.slice('packages.'.length)}\n`}${textOf(store, hash) ?? ''}\n`,
          )
          .join(''),
        problem: null,
      };
  }
}
