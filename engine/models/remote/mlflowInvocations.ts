import { WorkError } from '../../base/errors.ts';
import { answersOf, checkRows } from './answers.ts';
import { cellsOf } from './cells.ts';
import type { RemoteProtocol } from './protocol.ts';

/**
 * The scoring server of MLflow, also spoken by Databricks, SageMaker and Azure ML containers of MLflow: `POST
 * /invocations` takes `dataframe_split`. It states neither inputs nor outputs of its model.
 */
export const mlflowInvocations: RemoteProtocol = {
  name: 'mlflow',
  async isSpoken(server) {
    if ((await server.get('/ping')).status !== 200) return false;
    const { status, text } = await server.get('/version');
    return status === 200 && /^\d+\.\d+/.test(text);
  },
  async connect(server, { output }) {
    const { status, text } = await server.get('/version');
    const version = status === 200 && /^\d+\.\d+[\w.+-]*$/.test(text.trim()) ? ` ${text.trim()}` : '';
    return {
      description: {
        algorithm: 'model of an MLflow server',
        runtime: `MLflow${version} at ${server.shown}`,
        inputs: null,
        width: null,
        kind: null,
        classes: null,
        scores: 'none',
        packages: {},
        warnings: [],
      },
      mostRows: 1000,
      async ask(table, inputs, signal) {
        const columns = inputs.map((input) => cellsOf(table, input));
        const data = Array.from({ length: table.rows }, (_, row) => columns.map((column) => column[row] ?? null));
        const body = { dataframe_split: { columns: inputs.map(({ name }) => name), data } };
        const answer = await server.score('/invocations', body, signal);
        const predictions = predictionsIn(answer);
        if (!predictions) throw new WorkError(`${server.shown} does not answer with a list of \`predictions\`.`);
        checkRows(predictions.length, table.rows, server.shown);
        return answersOf(predictions, output, server.shown);
      },
    };
  },
};

/** A server of MLflow before 2.0 answers with the list alone. An answer of named tensors has a list a name. */
function predictionsIn(answer: unknown): unknown[] | null {
  if (Array.isArray(answer)) return answer;
  if (typeof answer !== 'object' || answer === null || !('predictions' in answer)) return null;
  const { predictions } = answer;
  if (Array.isArray(predictions)) return predictions;
  if (typeof predictions !== 'object' || predictions === null) return null;
  const entries = Object.entries(predictions as Record<string, unknown>);
  if (!entries.every(([, values]) => Array.isArray(values))) return null;
  const lists = entries as [string, unknown[]][];
  return (lists[0]?.[1] ?? []).map((_, row) => Object.fromEntries(lists.map(([name, values]) => [name, values[row]])));
}
