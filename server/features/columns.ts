import { nodeAt, type Located } from '../../engine/project/located.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import type { KeyPath } from '../../engine/project/schemaPath.ts';
import type { Field } from '../../engine/project/schema/datasetSchema.ts';
import type { FileKind } from '../../engine/project/shape.ts';

/** The dataset of the enclosing stage, monitor or labelling task; null without one. */
export function datasetAround(root: Located | null, path: KeyPath): string | null {
  const [section = '', name = ''] = path;
  const at = (...rest: string[]) => textAt(root, [section, name, ...rest]);
  if (section === 'labelling') return at('data');
  return section === 'monitors' ? at('labels', 'dataset') : (at('with', 'data') ?? at('with', 'output'));
}

/** The columns that are valid at a place. */
export function columnsFor(project: Project, kind: FileKind, root: Located | null, path: KeyPath): Field[] {
  const dataset = kind === 'project' ? datasetAround(root, path) : null;
  const schema = dataset === null ? null : textAt(root, ['datasets', dataset, 'schema']);
  return (schema === null ? undefined : project.schemas.get(schema))?.value?.fields ?? [];
}

function textAt(root: Located | null, path: KeyPath): string | null {
  const node = nodeAt(root ?? undefined, path);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
}
