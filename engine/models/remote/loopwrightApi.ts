import { WorkError } from '../../base/errors.ts';
import type { ModelDescription, ModelInput, RawAnswers } from '../flavours/flavour.ts';
import { checkRows, ofScalars } from './answers.ts';
import { cellsOf } from './cells.ts';
import type { RemoteProtocol } from './protocol.ts';

interface Health {
  deployment?: unknown;
  model?: unknown;
  model_version?: unknown;
}

interface Signature {
  task: 'binary' | 'multiclass' | 'regression';
  classes: string[] | null;
  scores: ModelDescription['scores'];
  inputs: ModelInput[];
}

/** The API of `loopwright serve`: `POST /predict` takes `instances`, `GET /signature` says what. */
export const loopwrightApi: RemoteProtocol = {
  name: 'loopwright',
  async isSpoken(server) {
    const { status, text } = await server.get('/health');
    return status === 200 && healthIn(text) !== null;
  },
  async connect(server) {
    const { text } = await server.get('/health');
    const health = healthIn(text);
    if (!health) throw new WorkError(`${server.shown} does not answer as \`loopwright serve\` does.`);
    const answer = await server.get('/signature');
    // A server before signatures answers 404.
    const signature = answer.status === 200 ? (JSON.parse(answer.text) as Signature) : null;
    return {
      description: {
        algorithm: `model ${String(health.model)} of \`loopwright serve\``,
        runtime: `Loopwright at ${server.shown}, version ${String(health.model_version)}`,
        inputs: signature?.inputs ?? null,
        width: null,
        kind: signature === null ? null : signature.task === 'regression' ? 'regression' : 'classification',
        classes: signature?.classes ?? null,
        scores: signature?.scores ?? 'none',
        packages: {},
        warnings: [],
      },
      mostRows: 1000,
      async ask(table, inputs, signal) {
        const columns = inputs.map((input) => [input.name, cellsOf(table, input)] as const);
        const instances = Array.from({ length: table.rows }, (_, row) =>
          Object.fromEntries(columns.map(([name, cells]) => [name, cells[row] ?? null])),
        );
        const answer = await server.score('/predict', { instances }, signal);
        const predictions =
          typeof answer === 'object' && answer !== null && 'predictions' in answer ? answer.predictions : null;
        if (!Array.isArray(predictions))
          throw new WorkError(`${server.shown} does not answer with a list of \`predictions\`.`);
        checkRows(predictions.length, table.rows, server.shown);
        return answersIn(predictions as Prediction[], signature, server.shown);
      },
    };
  },
};

interface Prediction {
  score?: number | null;
  prediction?: string | null;
  probabilities?: Record<string, number>;
}

/** Scores a class where there are several, else the score of the positive class or the value, else classes. */
function answersIn(predictions: readonly Prediction[], signature: Signature | null, shown: string): RawAnswers {
  const classes = Object.keys(predictions[0]?.probabilities ?? {});
  if (classes.length > 0)
    return {
      kind: 'scores',
      columns: classes.map((name) =>
        Float64Array.from(predictions, ({ probabilities }) => probabilities?.[name] ?? Number.NaN),
      ),
      classes,
    };
  const labels = predictions.map(({ prediction }) => prediction ?? null);
  if (signature?.scores === 'none' && signature.task !== 'regression') return ofScalars(labels, shown);
  if (!predictions.every(({ score }) => typeof score === 'number')) return ofScalars(labels, shown);
  const values = Float64Array.from(predictions, ({ score }) => score ?? Number.NaN);
  const positive = signature?.task === 'binary' ? signature.classes?.[1] : undefined;
  return positive === undefined
    ? { kind: 'values', values }
    : { kind: 'scores', columns: [values], classes: [positive] };
}

function healthIn(text: string): Health | null {
  try {
    const parsed = JSON.parse(text) as Health | null;
    return typeof parsed === 'object' && parsed?.model_version !== undefined && parsed.deployment !== undefined
      ? parsed
      : null;
  } catch {
    return null;
  }
}
