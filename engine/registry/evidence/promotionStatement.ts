import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Approval } from '../../../protocol/registry.ts';
import { readRegularFile } from '../../base/readRegularFile.ts';
import type { GateOutcome } from '../../evaluation/gates.ts';
import type { Estimate } from '../../evaluation/intervals.ts';
import { projectFileIn } from '../../project/findProjects.ts';
import type { AuditHead } from '../audit.ts';
import type { ModelVersion } from '../modelVersions.ts';
import type { ServedFiles } from './servedModelFiles.ts';

/** The predicate of a test result of in-toto, whose tests are the gates. */
export const testResultPredicate = 'https://in-toto.io/attestation/test-result/v0.1';
export const statementType = 'https://in-toto.io/Statement/v1';
/** The resource that stands for the validation report of the version, as the registry holds it. */
export const reportResource = 'validation-report.json';

interface Resource {
  name: string;
  digest: { sha256: string };
}

/** An in-toto Statement v1 about a promotion. */
export interface PromotionStatement {
  _type: typeof statementType;
  /** The files of the model, relative to its folder; the report, when the model has no files here. */
  subject: Resource[];
  predicateType: typeof testResultPredicate;
  predicate: {
    /** `FAILED`: gates were overridden. `WARNED`: the project allows a gate to be undecidable. */
    result: 'PASSED' | 'WARNED' | 'FAILED';
    configuration: Resource[];
    passedTests: string[];
    warnedTests: string[];
    failedTests: string[];
    promotion: PromotionFacts;
  };
}

/** The facts of the registry at the promotion, beside the names of the gates. */
export interface PromotionFacts {
  format: 1;
  model: string;
  version: number;
  /** The champion before; null when there was none. */
  previous: number | null;
  promotedAt: string;
  by: string;
  why: string;
  override: { reason: string; gates: readonly string[] } | null;
  approvals: { stage: string; by: string; at: string; why: string }[];
  run: string;
  gates: readonly GateOutcome[];
  metrics: Record<string, Estimate>;
  data: { dataset: string; hash: string; rows: { train: number; validation: number; test: number } };
  threshold: number | null;
  /** Path of the model, relative to the project when inside, and SHA-256 over its files. */
  files: { path: string; hash: string | null };
  /** The head of the audit log after the promotion. */
  audit: AuditHead | null;
}

export interface PromotionInput {
  version: ModelVersion;
  files: ServedFiles;
  /** The report as the registry holds it. */
  reportText: string;
  root: string;
  previous: number | null;
  at: number;
  actor: string;
  why: string;
  override: { reason: string; gates: readonly string[] } | null;
  approvals: readonly Approval[];
  gates: readonly GateOutcome[];
  audit: AuditHead | null;
}

/** Makes the statement about a promotion. */
export function promotionStatement(input: PromotionInput): PromotionStatement {
  const { version, files, gates, override, at } = input;
  const { report } = version;
  const text: Resource = { name: reportResource, digest: { sha256: sha256(input.reportText) } };
  const named = (isMeant: (gate: GateOutcome) => boolean) => gates.filter(isMeant).map(({ gate }) => gate);
  const isWarned = ({ kind, passed }: GateOutcome) => passed && kind === 'undecidable';
  const warned = named(isWarned);
  return {
    _type: statementType,
    subject:
      files.files.length === 0 ? [text] : files.files.map(({ name, hash }) => ({ name, digest: { sha256: hash } })),
    predicateType: testResultPredicate,
    predicate: {
      result: override !== null ? 'FAILED' : warned.length > 0 ? 'WARNED' : 'PASSED',
      configuration: [text, ...projectResource(input.root)],
      passedTests: named((gate) => gate.passed && !isWarned(gate)),
      warnedTests: warned,
      failedTests: named(({ passed }) => !passed),
      promotion: {
        format: 1,
        model: version.model,
        version: version.version,
        previous: input.previous,
        promotedAt: new Date(at).toISOString(),
        by: input.actor,
        why: input.why,
        override,
        approvals: input.approvals.map((one) => ({
          stage: one.stage,
          by: one.by,
          at: new Date(one.at).toISOString(),
          why: one.why,
        })),
        run: version.runId,
        gates,
        metrics: report.performance,
        data: { dataset: report.data.dataset, hash: report.data.hash, rows: report.data.rows },
        threshold: report.threshold,
        files: { path: files.path, hash: files.hash },
        audit: input.audit,
      },
    },
  };
}

/** SHA-256 in hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function projectResource(root: string): Resource[] {
  const name = projectFileIn(root);
  if (name === null || !existsSync(join(root, name))) return [];
  return [{ name, digest: { sha256: sha256(readRegularFile(join(root, name)).toString('utf8')) } }];
}
