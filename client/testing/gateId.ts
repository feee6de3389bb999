/** The id of a test item: a project, a stage or a gate. */
export function gateId(root: string, stage?: string, gate?: string): string {
  return JSON.stringify([root, stage, gate].filter((part) => part !== undefined));
}

/** The parts of an id that `gateId` made; null for any other text. */
export function readGateId(id: string): { root: string; stage?: string; gate?: string } | null {
  try {
    const parts: unknown = JSON.parse(id);
    if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return null;
    const [root, stage, gate] = parts;
    if (root === undefined) return null;
    return { root, ...(stage !== undefined && { stage }), ...(gate !== undefined && { gate }) };
  } catch {
    return null;
  }
}
