import type { ModelRef } from '../../../protocol/models.ts';
import { messageOf } from '../../base/errors.ts';
import type { Store } from '../../store/store.ts';
import type { GateOutcome } from '../../evaluation/gates.ts';
import { getVersion, type ModelVersion } from '../modelVersions.ts';
import { registeredVersion } from '../registeredModels.ts';
import { reportResource, sha256, type PromotionStatement } from './promotionStatement.ts';
import { filesNow } from './servedModelFiles.ts';

interface Difference {
  kind: 'files' | 'registry';
  text: string;
}

/** What a statement says of a version that is not so now: its files, its gates, metrics, data and threshold. */
export function statementDifferences(store: Store, ref: ModelRef, statement: PromotionStatement): Difference[] {
  let version: ModelVersion;
  try {
    version = getVersion(store, ref.name, ref.version);
  } catch (error) {
    return [{ kind: 'registry', text: messageOf(error) }];
  }
  return [
    ...fileDifferences(store.root, version, statement).map((text) => ({ kind: 'files' as const, text })),
    ...registryDifferences(store, version, statement).map((text) => ({ kind: 'registry' as const, text })),
  ];
}

function fileDifferences(root: string, version: ModelVersion, { subject, predicate }: PromotionStatement): string[] {
  const expected = new Map(
    subject.filter(({ name }) => name !== reportResource).map(({ name, digest }) => [name, digest.sha256]),
  );
  if (expected.size === 0) return [];
  const { path } = predicate.promotion.files;
  const now = filesNow(root, version);
  if (now.path !== path) return [`The version serves ${now.path}, and the evidence is about ${path}.`];
  if (now.hash === null) return [`The model ${path} is gone.`];
  const found = new Map(now.files.map(({ name, hash }) => [name, hash]));
  return [
    ...[...expected].flatMap(([name, hash]) => {
      const actual = found.get(name);
      if (actual === hash) return [];
      return actual === undefined
        ? [`The file ${name} of ${path} is gone.`]
        : [
            `The file ${name} of ${path} was changed: its SHA-256 is ${actual.slice(0, 16)}…, not ${hash.slice(0, 16)}….`,
          ];
    }),
    ...[...found.keys()]
      .filter((name) => !expected.has(name))
      .map((name) => `The file ${name} of ${path} was added after the promotion.`),
  ];
}

function registryDifferences(store: Store, version: ModelVersion, { predicate }: PromotionStatement): string[] {
  const { promotion, configuration } = predicate;
  const { report } = version;
  const text = registeredVersion(store, version.model, version.version)?.report ?? '';
  const expected = configuration.find(({ name }) => name === reportResource)?.digest.sha256;
  const row = store.sql.get<{ statement: string | null }>(
    `SELECT statement FROM promotions WHERE model = ? AND version = ? AND statement IS NOT NULL
       AND statement ->> '$.predicate.promotion.audit.hash' IS ?`,
    version.model,
    version.version,
    promotion.audit?.hash ?? null,
  );
  const differences = [
    ...gateDifferences(promotion.gates, report.gates),
    ...Object.entries(promotion.metrics).flatMap(([name, { value }]) => {
      const now = report.performance[name]?.value;
      return now === value
        ? []
        : [`The metric ${name} was ${value} in the evidence, and is ${now ?? 'missing'} in the registry.`];
    }),
    ...(promotion.data.hash === report.data.hash
      ? []
      : [
          `The data of the validation had the hash ${short(promotion.data.hash)}, and has ${short(report.data.hash)} in the registry.`,
        ]),
    ...(promotion.threshold === report.threshold
      ? []
      : [`The threshold was ${promotion.threshold ?? 'none'}, and is ${report.threshold ?? 'none'} in the registry.`]),
  ];
  if (differences.length === 0 && expected !== sha256(text))
    differences.push(
      'The validation report of the registry is not the one of the promotion; its gates and metrics are the same.',
    );
  if (!row) differences.push('The registry has no promotion with this statement.');
  return differences;
}

/** Gates against the champion were judged again at the promotion, so only their bounds are compared. */
function gateDifferences(then: readonly GateOutcome[], now: readonly GateOutcome[]): string[] {
  const place = (gates: readonly GateOutcome[]) => new Map(gates.map((gate, i) => [`${gate.gate} ${i}`, gate]));
  const found = place(now);
  const added = [...found]
    .filter(([key]) => !place(then).has(key))
    .map(([, { gate }]) => `The gate ${gate} is in the registry, and not in the evidence.`);
  const changed = [...place(then)].flatMap(([key, gate]) => {
    const other = found.get(key);
    if (!other) return [`The gate ${gate.gate} is in the evidence, and not in the registry.`];
    const isAgain = gate.against !== undefined || other.against !== undefined || gate.gate.endsWith('@champion');
    const fields = isAgain
      ? (['min', 'max'] as const)
      : (['kind', 'passed', 'min', 'max', 'value', 'bound', 'n'] as const);
    return fields.flatMap((field) =>
      gate[field] === other[field]
        ? []
        : [
            `The gate ${gate.gate} was changed: \`${field}\` was ${String(gate[field])} in the evidence, and is ${String(other[field])} in the registry.`,
          ],
    );
  });
  return [...changed, ...added];
}

function short(hash: string): string {
  return hash === '' ? 'none' : hash.slice(0, 12);
}
