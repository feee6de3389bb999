import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, WorkError, checkCancelled } from '../../base/errors.ts';
import { RowError } from '../rowError.ts';
import { sliceTable } from '../sliceTable.ts';
import { addressFile, readAddress, type RemoteAddress } from '../remote/address.ts';
import { loopwrightApi } from '../remote/loopwrightApi.ts';
import { mlflowInvocations } from '../remote/mlflowInvocations.ts';
import { TooLargeError, modelServer, type ModelServer } from '../remote/modelServer.ts';
import { openInference } from '../remote/openInference.ts';
import type { RemoteProtocol } from '../remote/protocol.ts';
import type { Flavour, RawAnswers } from './flavour.ts';

/** All protocols, in the order in which a server is asked for them. */
const protocols: readonly RemoteProtocol[] = [loopwrightApi, openInference, mlflowInvocations];

/** A model that another program serves. Its only file holds the address. */
export const http: Flavour = {
  name: 'http',
  recognise(files) {
    if (files.names.length !== 1 || files.names[0] !== addressFile) return null;
    const read = readAddress(files.read(addressFile).toString('utf8'));
    return {
      flavour: 'http',
      path: files.path,
      stated: {
        algorithm: null,
        inputs: null,
        packages: {},
        needs: [],
        runsCode: false,
        refusals: 'problems' in read ? read.problems : [],
      },
    };
  },
  async open({ path }) {
    const address = addressAt(path);
    const server = modelServer(address);
    const protocol = await protocolOf(server, address);
    const model = await protocol.connect(server, address);
    let mostRows = model.mostRows;
    return {
      description: model.description,
      async answer(table, inputs, signal) {
        const parts: RawAnswers[] = [];
        for (let from = 0; from < table.rows;) {
          checkCancelled(signal);
          const part = sliceTable(table, from, from + mostRows);
          try {
            parts.push(await model.ask(part, inputs, signal));
            from += part.rows;
          } catch (error) {
            if (error instanceof RowError) throw new RowError(from + error.row, error.reason, { cause: error });
            // The server has scored nothing, so fewer rows can be sent.
            if (!(error instanceof TooLargeError) || part.rows === 1) throw error;
            mostRows = Math.ceil(part.rows / 2);
          }
        }
        return joined(parts, server.shown);
      },
      close: async () => {},
    };
  },
};

function addressAt(path: string): RemoteAddress {
  const file = statSync(path).isDirectory() ? join(path, addressFile) : path;
  const read = readAddress(readFileSync(file, 'utf8'));
  if ('problems' in read) throw new DataError(`${file}: ${read.problems.join(' ')}`, { place: { file } });
  return read.address;
}

/** The protocol that is written, else the first one that the server speaks. */
async function protocolOf(server: ModelServer, { protocol }: RemoteAddress): Promise<RemoteProtocol> {
  for (const known of protocols) {
    if (protocol === null ? await known.isSpoken(server) : known.name === protocol) return known;
  }
  const health = await server.get('/health');
  if (health.status === 401 || health.status === 403) throw server.refusal('/health', health);
  throw new WorkError(
    `${server.shown} speaks none of the known protocols. Write the address of the model, or name its protocol in \`protocol\`: ${protocols.map(({ name }) => name).join(', ')}.`,
  );
}

/** The answers to several requests as one. Throws WorkError when they are of different kinds. */
function joined(parts: readonly RawAnswers[], shown: string): RawAnswers {
  const [first, ...others] = parts;
  if (!first) return { kind: 'values', values: new Float64Array() };
  if (others.length === 0) return first;
  const different = () => new WorkError(`${shown} answers some rows with classes and others with numbers.`);
  if (first.kind === 'labels')
    return {
      kind: 'labels',
      values: parts.flatMap((part) => {
        if (part.kind !== 'labels') throw different();
        return part.values;
      }),
    };
  if (first.kind === 'values')
    return {
      kind: 'values',
      values: concat(
        parts.map((part) => {
          if (part.kind !== 'values') throw different();
          return part.values;
        }),
      ),
    };
  return {
    ...first,
    columns: first.columns.map((_, c) =>
      concat(
        parts.map((part) => {
          const column = part.kind === 'scores' && isSameShape(part, first) ? part.columns[c] : null;
          if (!column) throw different();
          return column;
        }),
      ),
    ),
  };
}

type Scores = RawAnswers & { kind: 'scores' };

function isSameShape(a: Scores, b: Scores): boolean {
  return a.columns.length === b.columns.length && a.classes?.join('\n') === b.classes?.join('\n');
}

function concat(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
