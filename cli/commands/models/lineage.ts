import { versionLineage } from '../../../engine/cards/versionLineage.ts';
import type { Lineage, LineageNode } from '../../../protocol/lineage.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import { plural } from '../../../words/numbers.ts';
import type { CommandContext } from '../../context.ts';
import { readRegistered } from './readRegistered.ts';
import { utcText } from './utcText.ts';

/** `loopwright models lineage VERSION`: what it was made from, and where it answered. */
export async function modelLineage(context: CommandContext, version: string): Promise<number> {
  const ref = readRegistered(context, version);
  const lineage = versionLineage(context.store(), context.config(), ref);
  if (context.json) context.printJson(lineage);
  else for (const line of lineageLines(lineage)) context.terminal.line(line);
  return exitCodes.done;
}

/** The version, below it what it was made from (`←`), then where it went (`→`), each level indented. */
function lineageLines({ about, nodes, edges }: Lineage): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines: string[] = [];
  const walk = (id: string, direction: 'from' | 'to', depth: number, path: readonly string[]) => {
    const next = edges.filter((edge) => edge[direction === 'from' ? 'to' : 'from'] === id);
    for (const edge of next) {
      const other = edge[direction];
      const node = byId.get(other);
      if (!node || path.includes(other)) continue;
      lines.push(`${'  '.repeat(depth)}${direction === 'from' ? '←' : '→'} ${nodeText(node)}`);
      walk(other, direction, depth + 1, [...path, other]);
    }
  };
  const own = byId.get(about);
  if (own) lines.push(nodeText(own));
  walk(about, 'from', 1, [about]);
  walk(about, 'to', 1, [about]);
  return lines;
}

function nodeText(node: LineageNode): string {
  switch (node.kind) {
    case 'source':
      return `source ${node.label}`;
    case 'snapshot':
      return `data ${node.label}${node.snapshotId === null ? '' : ` ${node.snapshotId.slice(0, 8)}`}, ${plural(node.rows, 'row')}, hash ${node.hash.slice(0, 12)}`;
    case 'run':
      return `run ${node.label}${node.commit === null ? '' : ` at ${node.commit.slice(0, 8)}`}, ${utcText(node.startedAt)}`;
    case 'version':
      return [`${node.label}, made ${utcText(node.createdAt)}`, ...node.aliases].join(', ');
    case 'deployment':
      return `deployment ${node.label}${node.isRunning ? `, serves it now${node.url === null ? '' : ` at ${node.url}`}` : ''}`;
    case 'predictions':
      return `${plural(node.count, 'prediction')}${node.firstAt === null || node.lastAt === null ? '' : `, ${utcText(node.firstAt)} to ${utcText(node.lastAt)}`}${node.role === 'stable' ? '' : `, as ${node.role}`}`;
  }
}
