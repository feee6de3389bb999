import type { TrainStage } from '../../project/schema/trainStage.ts';
import type { SweepConfig } from '../../project/schema/experimentSchema.ts';
import { paramAt, stagesOf } from '../lookUp.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

type Judge = (value: unknown) => string | null;

const number =
  (judge: (value: number) => string | null): Judge =>
  (value) =>
    typeof value === 'number' ? judge(value) : null;

/** Why a value of an input is odd, or null. */
const judges: Record<string, Judge> = {
  learning_rate: number((value) =>
    value > 0.5
      ? 'steps this large rarely converge; usual are 0.0001 to 0.3'
      : value < 1e-6
        ? 'steps this small learn very slowly; usual are 0.0001 to 0.1'
        : null,
  ),
  dropout: number((value) =>
    value > 0.8 ? 'so little of the network is left in each step that it hardly learns; usual are 0.1 to 0.5' : null,
  ),
  l2: number((value) =>
    value > 10 ? 'a penalty this large presses all weights to zero; usual are 0.00001 to 0.1' : null,
  ),
  batch_size: number((value) =>
    value < 4
      ? 'batches this small are slow and noisy; usual are 32 to 1024'
      : value > 65_536
        ? 'batches this large take few steps in each epoch; usual are 32 to 1024'
        : null,
  ),
  epochs: number((value) =>
    value > 2000 ? 'so many passes take long and tend to learn the rows by heart; usual are 10 to 200' : null,
  ),
  trees: number((value) =>
    value > 10_000 ? 'so many trees take long and make a large model; usual are 100 to 2000' : null,
  ),
  leaves: number((value) =>
    value > 4096 ? 'trees with so many leaves learn the rows by heart; usual are 15 to 255' : null,
  ),
  subsample: number((value) => (value < 0.05 ? 'trees learn from very few rows; usual are 0.5 to 1' : null)),
  colsample: number((value) => (value < 0.01 ? 'trees see very few inputs; usual are 0.3 to 1' : null)),
  hidden: (value) => {
    if (!Array.isArray(value)) return null;
    const units = value.reduce<number>((sum, layer) => sum + (typeof layer === 'number' ? layer : 0), 0);
    if (value.length > 12)
      return `${value.length} layers without shortcuts between them hardly learn; usual are 1 to 4`;
    return units > 16_384 ? `${units} units train slowly and tend to overfit; usual are 16 to 512 in a layer` : null;
  },
};

export const oddHyperParameter: Rule = {
  code: 'LW413',
  name: 'odd-hyper-parameter',
  severity: 'warning',
  docs: 'A training setting is far from usual values, such as a learning rate of 5 or a dropout of 0.95; often a digit is wrong. The message gives the usual range. Params are checked too, including the values of experiments and sweeps.',
  example: {
    wrong: 'with: { data: features, model: mlp, learning_rate: 5 }',
    right: 'with: { data: features, model: mlp, learning_rate: 0.005 }',
  },
  check(context) {
    const told = new Set<string>();
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      for (const [input, judge] of Object.entries(judges)) {
        const path = ['stages', name, 'with', input];
        const param = paramAt(context, path);
        const why = judge(stage.with[input as keyof TrainStage['with']]);
        const home: Path = param === null ? path : ['params', param];
        if (why !== null && !told.has(home.join('.'))) context.report(home, message(input, why));
        if (param !== null && !told.has(home.join('.'))) checkExperiments(context, param, input, judge);
        told.add(home.join('.'));
      }
      checkPatience(context, name, stage);
    }
    checkOverlays(context);
  },
};

const message = (input: string, why: string) => `This \`${input}\` is odd: ${why}.`;

function checkPatience(context: CheckContext, name: string, { with: inputs }: TrainStage): void {
  const { patience, epochs = 20, trees = 1000 } = inputs;
  const [most, key] = inputs.model === 'boosted_trees' ? [trees, 'trees'] : [epochs, 'epochs'];
  if (patience === undefined || patience < most || inputs.model === 'random_forest') return;
  context.report(
    ['stages', name, 'with', 'patience'],
    `Training never stops early: it would wait ${patience} ${key}, and there are ${most}. Set \`patience\` below \`${key}\`, or to 0 to disable it.`,
  );
}

function checkExperiments(context: CheckContext, param: string, input: string, judge: Judge): void {
  for (const file of context.project.experiments.values()) {
    const params = file.value?.params ?? {};
    const why = Object.hasOwn(params, param) ? judge(params[param]) : null;
    if (why !== null) context.reportIn(file, ['params', param], message(input, why));
    const sweep = file.value?.sweep?.params ?? {};
    const distribution = Object.hasOwn(sweep, param) ? sweep[param] : undefined;
    if (!distribution) continue;
    for (const [path, value] of triedValues(distribution)) {
      const odd = judge(value);
      if (odd !== null) context.reportIn(file, ['sweep', 'params', param, ...path], message(input, odd));
    }
  }
}

/** The values that a sweep tries: its choices, or the ends of its range. */
function triedValues(distribution: SweepConfig['params'][string]): [Path, unknown][] {
  return Object.entries(distribution).flatMap(([kind, values]) =>
    Array.isArray(values) ? values.map((value, i): [Path, unknown] => [[kind, i], value]) : [],
  );
}

/** What an experiment lays over the inputs of a train stage. */
function checkOverlays(context: CheckContext): void {
  const trains = new Set(stagesOf(context.config, 'train').map(([name]) => name));
  for (const file of context.project.experiments.values()) {
    for (const [name, stage] of Object.entries(file.value?.stages ?? {})) {
      if (!trains.has(name)) continue;
      for (const [input, value] of Object.entries(stage.with ?? {})) {
        const why = Object.hasOwn(judges, input) ? judges[input]?.(value) : null;
        if (why) context.reportIn(file, ['stages', name, 'with', input], message(input, why));
      }
    }
  }
}
