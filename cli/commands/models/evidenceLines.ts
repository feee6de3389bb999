import type { Evidence } from '../../../engine/registry/promote.ts';

/** The evidence of a promotion, as lines: the file, who signed it or why nobody did. */
export function evidenceLines(evidence: Evidence): string[] {
  if (evidence.kind === 'failed')
    return [`Its evidence could not be written: ${evidence.why} \`loopwright models sign\` writes it again.`];
  const { path, signedBy, unsigned, modelSignature } = evidence;
  return [
    `Evidence: ${path}, ${signedBy === null ? 'not signed' : `signed by ${signedBy.name} (${signedBy.keyid.slice(0, 50)})`}.`,
    ...(unsigned === null ? [] : [`Not signed: ${unsigned}.`]),
    ...(modelSignature === null ? [] : [`Signature of the files for \`model_signing verify key\`: ${modelSignature}.`]),
  ];
}
