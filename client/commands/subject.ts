import { lifeCycleParts } from '../../protocol/lifeCycle.ts';
import { readGateId } from '../testing/gateId.ts';
import { Project } from '../projects/project.ts';
import type { Projects } from '../projects/projects.ts';
import type { RowSubject } from '../views/row.ts';

const texts = [
  'stage',
  'gate',
  'experiment',
  'runId',
  'model',
  'address',
  'against',
  'deployment',
  'monitor',
  'text',
  'file',
  'dataset',
  'snapshot',
] as const;
const numbers = ['version', 'line'] as const;

/** The path of a file that the explorer handed over. */
export function filePathOf(given: unknown): string | undefined {
  return typeof given === 'object' && given !== null && 'fsPath' in given && typeof given.fsPath === 'string'
    ? given.fsPath
    : undefined;
}

/**
 * What a command was called on: a tree's row (VS Code hands over the row itself), a subject from a lens or a view,
 * plain names from a keybinding or a test, where `project` is the folder, the address of a file in the explorer, or an
 * item or a message of the Test Explorer.
 */
export function readSubject(given: unknown, projects: Projects): RowSubject | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const file = filePathOf(given);
  if (file !== undefined) {
    const owner = projects.of(file);
    return owner ? { project: owner, file } : undefined;
  }
  const test = 'test' in given ? given.test : given;
  const gate = idOf(test);
  if (gate) {
    const owner = projects.byRoot(gate.root);
    return owner && { project: owner, ...(gate.stage && { stage: gate.stage }), ...(gate.gate && { gate: gate.gate }) };
  }
  const source = new Map<string, unknown>(
    Object.entries(
      'subject' in given && typeof given.subject === 'object' && given.subject !== null ? given.subject : given,
    ),
  );
  const named = source.get('project');
  const project =
    named instanceof Project ? named : typeof named === 'string' ? projects.byRoot(named) : projects.shown;
  if (!project) return undefined;
  const subject: RowSubject = { project };
  for (const key of texts) {
    const value = source.get(key);
    if (typeof value === 'string') subject[key] = value;
  }
  const part = lifeCycleParts.find((known) => known === source.get('part'));
  if (part !== undefined) subject.part = part;
  for (const key of numbers) {
    const value = source.get(key);
    if (typeof value === 'number') subject[key] = value;
  }
  return subject;
}

/** The project, stage and gate of an item of the Test Explorer. */
function idOf(item: unknown): ReturnType<typeof readGateId> {
  const isItem = typeof item === 'object' && item !== null && 'id' in item && 'children' in item;
  return isItem && typeof item.id === 'string' ? readGateId(item.id) : null;
}
