import type { Located, Range } from '../../engine/project/located.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import { walkShapes, type Walked } from '../../engine/project/schemaWalk.ts';
import { shapesAt, type KeyPath } from '../../engine/project/schemaPath.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { shapes, type FileKind, type Shape } from '../../engine/project/shape.ts';

const known = new WeakMap<Parsed, { stages: Located | null; found: readonly Walked[] }>();

/**
 * The values of a parsed file with their shapes, cached per text. Overrides of an experiment have the shapes of the
 * stage's inputs.
 */
export function walkedOf(kind: FileKind, parsed: Parsed, project: Project | null): readonly Walked[] {
  const stages = kind === 'experiment' ? (project?.file.parsed.root ?? null) : null;
  const held = known.get(parsed);
  if (held && held.stages === stages) return held.found;
  const found: Walked[] = [];
  if (parsed.root) {
    walkShapes(parsed.root, shapes[kind], (walked) => {
      if (!stages || !isOverlay(walked.path)) found.push(walked);
      else if (walked.path.length === 3)
        walkShapes(walked.node, inputsOf(stages, walked.path), (inner) => found.push(inner), walked);
    });
  }
  known.set(parsed, { stages, found });
  return found;
}

function isOverlay(path: KeyPath): boolean {
  return path.length >= 3 && path[0] === 'stages' && path[2] === 'with';
}

function inputsOf(root: Located, path: KeyPath): Shape {
  const members = shapesAt(shapes.project, root, path);
  return members.length === 1 && members[0] ? members[0] : { anyOf: members };
}

/** The enclosing value at a depth of the path; at 2, the stage of everything inside it. */
export function ancestor(walked: Walked, depth: number): Walked | null {
  let at: Walked | null = walked;
  while (at && at.path.length > depth) at = at.parent;
  return at?.path.length === depth ? at : null;
}

/** The range without quotes. */
export function unquoted(text: string, range: Range): Range {
  const quote = text[range.start];
  return (quote === '"' || quote === "'") && range.end - range.start > 1 && text[range.end - 1] === quote
    ? { start: range.start + 1, end: range.end - 1 }
    : range;
}

/** The range of a text that is written literally, without quotes; null when it is escaped, folded or from an alias. */
export function literally(text: string, range: Range, value: unknown): Range | null {
  const inner = unquoted(text, range);
  return text.slice(inner.start, inner.end) === String(value) ? inner : null;
}

/** The range of the text of a scalar, as `literally` finds it. */
export function scalarRange(text: string, node: Located): Range | null {
  return node.kind === 'scalar' && node.value !== null ? literally(text, node.range, node.value) : null;
}
