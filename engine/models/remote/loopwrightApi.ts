import { WorkError } from '../../base/errors.ts';
import type { RawAnswers } from '../flavours/flavour.ts';
import { checkRows, ofScalars } from './answers.ts';
import { cellsOf } from './cells.ts';
import type { RemoteProtocol } from './protocol.ts';

interface Health {
  deployment?: unknown;
  model?: unknown;
  model_version?: unknown;
}

/** The API of `loopwright serve`: `POST /predict` takes `instances`. */
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
    return {
      description: {
        algorithm: `model ${String(health.model)} of \`loopwright serve\``,
        runtime: `Loopwright at ${server.shown}, version ${String(health.model_version)}`,
        inputs: null,
        width: null,
        kind: null,
        classes: null,
        scores: 'probability',
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
        return answers(predictions as Prediction[], server.shown);
      },
    };
  },
};

interface Prediction {
  score?: number | null;
  prediction?: string | null;
  probabilities?: Record<string, number>;
}

/** Scores a class where there are several classes, else the score of the positive class or the value, else classes. */
function answers(predictions: readonly Prediction[], shown: string): RawAnswers {
  const classes = Object.keys(predictions[0]?.probabilities ?? {});
  if (classes.length > 0)
    return {
      kind: 'scores',
      columns: classes.map((name) =>
        Float64Array.from(predictions, ({ probabilities }) => probabilities?.[name] ?? Number.NaN),
      ),
      classes,
    };
  if (predictions.every(({ score }) => typeof score === 'number'))
    return { kind: 'values', values: Float64Array.from(predictions, ({ score }) => score ?? Number.NaN) };
  return ofScalars(
    predictions.map(({ prediction }) => prediction ?? null),
    shown,
  );
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
