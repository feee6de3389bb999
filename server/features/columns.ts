import { nodeAt, type Located } from '../../engine/project/located.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import type { KeyPath } from '../../engine/project/schemaPath.ts';
import type { Field } from '../../engine/project/schema/datasetSchema.ts';
import type { FileKind } from '../../engine/project/shape.ts';

/** The columns that may be named at a place: those of the dataset that the stage or monitor around it works on. */
export function columnsFor(project: Project, kind: FileKind, root: Located | null, path: KeyPath): Field[] {
  if (kind !== 'project') return [];
  const text = (at: KeyPath) => {
    const node = nodeAt(root ?? undefined, at);
    return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
  };
  const [section, name] = path;
  const around: KeyPath = [section ?? '', name ?? ''];
  const dataset = section === 'monitors' ? text([...around, 'labels', 'dataset']) : (text([...around, 'with', 'data']) ?? text([...around, 'with', 'output']));
  const schema = dataset === null ? null : text(['datasets', dataset, 'schema']);
  const file = schema === null ? undefined : project.schemas.get(schema);
  return file?.value?.fields ?? [];
}
