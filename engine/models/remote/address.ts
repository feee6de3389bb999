import { isLoopback } from '../../http/loopback.ts';
import { remoteProtocols, type RemoteProtocolName } from '../../project/schema/models.ts';

/** Name of the file that holds the address of a model. */
export const addressFile = 'address.json';

/** The address of a model that another program serves. */
export interface RemoteAddress {
  /** URL of the server without the path of a request. */
  base: URL;
  /** Null when the server is asked which protocol it speaks. */
  protocol: RemoteProtocolName | null;
  /** Open Inference Protocol: the name of the model; null when the server has only one. */
  model: string | null;
  /** Open Inference Protocol: the version of the model; null for the default of the server. */
  modelVersion: string | null;
  /** Name of the environment variable with the token; null when the server asks for none. */
  tokenEnv: string | null;
  /** The output, or the column of the answer, that holds the predictions; null for the only or the best one. */
  output: string | null;
}

/** The parts of a model's address as they are written in a project. */
export interface WrittenAddress {
  address: string;
  protocol?: RemoteProtocolName | undefined;
  model?: string | undefined;
  token_env?: string | undefined;
  output?: string | undefined;
}

const keys = ['address', 'protocol', 'model', 'token_env', 'output'];

/** Reads the text of `address.json`. Returns the problems, each a sentence, when it cannot be used. */
export function readAddress(text: string): { address: RemoteAddress } | { problems: string[] } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { problems: ['The file is not valid JSON.'] };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return { problems: ['The file must hold an object with `address`.'] };
  const entries = Object.entries(parsed);
  const problems = entries.flatMap(([key, value]) => {
    if (!keys.includes(key)) return [`The key \`${key}\` is unknown; known keys: ${keys.join(', ')}.`];
    return typeof value === 'string' && value !== '' ? [] : [`\`${key}\` must be a text.`];
  });
  const written = Object.fromEntries(entries) as unknown as WrittenAddress;
  if (problems.length > 0) return { problems };
  return resolveAddress(written);
}

/** Checks an address and takes the paths of requests off it. */
export function resolveAddress(written: WrittenAddress): { address: RemoteAddress } | { problems: string[] } {
  const { protocol = null, model = null } = written;
  const problem = addressProblem(written.address);
  if (problem !== null) return { problems: [problem] };
  if (protocol !== null && !remoteProtocols.includes(protocol))
    return { problems: [`The protocol \`${String(protocol)}\` is unknown; known: ${remoteProtocols.join(', ')}.`] };
  const base = new URL(written.address);
  base.hash = '';
  const found = pathOf(base.pathname);
  base.pathname = found.prefix;
  return {
    address: {
      base,
      protocol: protocol ?? found.protocol,
      model: model ?? found.model,
      modelVersion: found.modelVersion,
      tokenEnv: written.token_env ?? null,
      output: written.output ?? null,
    },
  };
}

/** Returns why a text is no address of a server, as a sentence; null when it is one. */
export function addressProblem(text: string): string | null {
  if (typeof text !== 'string' || !URL.canParse(text))
    return `\`${text}\` is not an address; write one such as \`http://127.0.0.1:5000\`.`;
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return `\`${text}\` is not an http or https address.`;
  if (username !== '' || password !== '')
    return 'The address contains a user name or password. Put a token into an environment variable and name it in `token_env`.';
  return null;
}

/** True when a token for this address would travel unencrypted over a network. */
export function sendsInTheClear(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

interface PathParts {
  prefix: string;
  protocol: RemoteProtocolName | null;
  model: string | null;
  modelVersion: string | null;
}

/** Takes the path of a request off the path of an address; it also says which protocol is meant. */
function pathOf(path: string): PathParts {
  const inference = /^(.*?)\/v2(?:\/models\/([^/]+)(?:\/versions\/([^/]+))?)?(?:\/infer|\/ready)?\/?$/.exec(path);
  if (inference)
    return {
      prefix: inference[1] ?? '',
      protocol: 'open-inference',
      model: inference[2] === undefined ? null : decodeURIComponent(inference[2]),
      modelVersion: inference[3] === undefined ? null : decodeURIComponent(inference[3]),
    };
  const plain = path.replace(/(?<!\/)\/+$/, '');
  const last = /\/(invocations|predict)$/.exec(plain)?.[1] ?? '';
  const prefix = last === '' ? plain : plain.slice(0, -last.length - 1);
  const protocol = last === 'invocations' ? 'mlflow' : last === 'predict' ? 'loopwright' : null;
  return { prefix, protocol, model: null, modelVersion: null };
}
