import { createHash } from 'node:crypto';
import type { Estimate } from '../../protocol/estimate.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { describeGate } from '../evaluation/gates.ts';
import manifest from '../../package.json' with { type: 'json' };

/**
 * A card as a machine-learning bill of materials, CycloneDX 1.7: the model with its hash, metrics, intervals, fairness and
 * what people wrote, the data that it was tested on, and the packages that scored it.
 */
export function cycloneDxCard(card: ModelCard, front: Readonly<Record<string, unknown>> = {}): object {
  const reference = `model:${card.model}@${card.version}`;
  const dataReference = `data:${card.data.dataset}`;
  const license = typeof front['license'] === 'string' ? front['license'] : null;
  const packages = card.facts.packages.flatMap(({ name, savedWith, used }) => {
    const version = used ?? savedWith;
    return version === null
      ? []
      : [
          {
            type: 'library',
            'bom-ref': `package:${name}`,
            name,
            version,
            purl: `pkg:pypi/${encodeURIComponent(name.toLowerCase())}@${encodeURIComponent(version)}`,
          },
        ];
  });
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.7.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    serialNumber: `urn:uuid:${uuidOf(`${reference} ${card.facts.hash ?? ''} ${card.createdAt}`)}`,
    version: 1,
    metadata: {
      timestamp: new Date(card.createdAt).toISOString(),
      tools: { components: [{ type: 'application', name: 'loopwright', version: manifest.version }] },
      component: {
        type: 'machine-learning-model',
        'bom-ref': reference,
        name: card.model,
        version: String(card.version),
        ...(license !== null && { licenses: [{ license: { name: license } }] }),
        ...(card.facts.hash !== null && { hashes: [{ alg: 'SHA-256', content: card.facts.hash }] }),
        modelCard: modelCardOf(card, dataReference),
        properties: [
          { name: 'loopwright:verdict', value: card.verdict.text },
          ...card.gates.map((gate) => ({
            name: `loopwright:gate:${gate.kind}`,
            value: describeGate(gate),
          })),
          ...(card.record.override
            ? [{ name: 'loopwright:override', value: `${card.record.override.actor}: ${card.record.override.reason}` }]
            : []),
        ],
      },
    },
    components: [
      {
        type: 'data',
        'bom-ref': dataReference,
        name: card.data.dataset,
        ...(/^[0-9a-f]{64}$/.test(card.data.hash) && { hashes: [{ alg: 'SHA-256', content: card.data.hash }] }),
        data: [{ type: 'dataset', name: card.data.dataset }],
      },
      ...packages,
    ],
    dependencies: [
      { ref: reference, dependsOn: [dataReference, ...packages.map((one) => one['bom-ref'])] },
      { ref: dataReference },
      ...packages.map((one) => ({ ref: one['bom-ref'] })),
    ],
  };
}

function modelCardOf(card: ModelCard, data: string): object {
  return {
    modelParameters: {
      approach: { type: 'supervised' },
      task: card.task === 'regression' || card.task === 'ranking' ? card.task : 'classification',
      architectureFamily: card.facts.flavour ?? 'unknown',
      modelArchitecture: card.algorithm,
      datasets: [{ ref: data }],
      inputs: card.features.map(({ name, kind }) => ({ format: `${name}: ${kind}` })),
      outputs: [{ format: `${card.target}: ${card.task}` }],
    },
    quantitativeAnalysis: {
      performanceMetrics: [
        ...Object.entries(card.performance).map(([name, one]) => metricOf(name, one)),
        ...card.slices.flatMap(({ column, value, metrics }) =>
          Object.entries(metrics).map(([name, one]) => metricOf(name, one, `${column} = ${value}`)),
        ),
      ],
    },
    considerations: {
      useCases: textOf(card.intendedUse),
      technicalLimitations: [...textOf(card.limitations), ...textOf(card.outOfScope, 'Out of scope: ')],
      ethicalConsiderations: [...textOf(card.ethics), ...textOf(card.oversight, 'Oversight: ')].map((name) => ({
        name,
      })),
      fairnessAssessments: card.fairness.map(({ attribute, measure, value, low, high, warnings }) => ({
        groupAtRisk: attribute,
        harms: `${measure} ${value}${low === null || high === null ? '' : ` (${low} to ${high})`}${warnings.length > 0 ? `; ${warnings.join('; ')}` : ''}`,
      })),
    },
  };
}

function metricOf(name: string, { value, low, high }: Estimate, slice?: string): object {
  return {
    type: name,
    value: String(value),
    ...(slice !== undefined && { slice }),
    ...(low !== null && high !== null && { confidenceInterval: { lowerBound: String(low), upperBound: String(high) } }),
  };
}

function textOf(text: string | null, before = ''): string[] {
  return text === null || text.trim() === '' ? [] : [`${before}${text.trim()}`];
}

/** The same card has the same number: a UUID of version 8 from a hash. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
