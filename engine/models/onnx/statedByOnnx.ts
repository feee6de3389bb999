import { existsSync } from 'node:fs';
import { dirname, join, posix, win32 } from 'node:path';
import type { StatedFacts } from '../flavours/flavour.ts';
import { algorithmOf } from './algorithmOf.ts';
import { graphInputs } from './graphInputs.ts';
import { graphOutputs } from './graphOutputs.ts';
import { BrokenMessage, openBytes } from './protobuf.ts';
import { readGraph, type OnnxGraph } from './readGraph.ts';
import { leadsOut } from '../../base/projectPath.ts';

/** The newest versions that ONNX Runtime 1.30 takes. */
export const newestOpsets: ReadonlyMap<string, number> = new Map([
  ['ai.onnx', 26],
  ['ai.onnx.ml', 5],
]);
export const newestIr = 13;
/** Domains whose operators ONNX Runtime brings along. */
const knownDomains = new Set(['ai.onnx', 'ai.onnx.ml', 'ai.onnx.preview', 'ai.onnx.preview.training', 'com.microsoft']);

/**
 * The facts that an ONNX file states, read without its weights and without ONNX Runtime. `isAlone` is true when the
 * model is this file and not the folder that holds it.
 */
export function statedByOnnx(file: string, isAlone: boolean): StatedFacts {
  const stated: StatedFacts = {
    algorithm: null,
    inputs: null,
    packages: {},
    needs: [],
    runsCode: false,
    refusals: [],
  };
  let graph: OnnxGraph;
  try {
    using bytes = openBytes(file);
    const start = bytes.slice(0, Math.min(bytes.size, pointerStart.length)).toString('latin1');
    if (start === pointerStart) {
      stated.refusals.push('The file is a pointer of Git LFS. Run `git lfs pull` to get the model.');
      return stated;
    }
    graph = readGraph(bytes);
  } catch (error) {
    if (!(error instanceof BrokenMessage)) throw error;
    stated.refusals.push(`The file is no ONNX model, or it is cut short: ${error.message}. Export or copy it again.`);
    return stated;
  }
  const inputs = graphInputs(graph);
  stated.algorithm = algorithmOf(graph);
  stated.inputs = inputs.inputs;
  stated.packages = packagesOf(graph);
  stated.refusals = [
    ...versionRefusals(graph),
    ...operatorRefusals(graph),
    ...inputs.refusals,
    ...graphOutputs(graph).refusals,
    ...externalRefusals(graph, dirname(file), isAlone),
  ];
  return stated;
}

function versionRefusals({ irVersion, opsets }: OnnxGraph): string[] {
  const refusals = [...opsets].flatMap(([domain, version]) => {
    const newest = newestOpsets.get(domain) ?? Infinity;
    return version > newest
      ? [
          `Opset ${version} of ${domain} is newer than ${newest}, the newest of ONNX Runtime 1.30. Export with \`target_opset\` ${newest} or lower.`,
        ]
      : [];
  });
  if (irVersion > newestIr)
    refusals.push(
      `IR version ${irVersion} is newer than ${newestIr}, the newest of ONNX Runtime 1.30. Save the model with \`ir_version\` ${newestIr} or lower.`,
    );
  return refusals;
}

function operatorRefusals({ operators, functions }: OnnxGraph): string[] {
  const foreign = [...operators].filter((name) => !functions.has(name) && !knownDomains.has(name.split(':')[0] ?? ''));
  if (foreign.length === 0) return [];
  const names = foreign.map((name) => `\`${name.replace(':', '.')}\``).join(', ');
  return [
    `The graph uses operators that ONNX Runtime does not have: ${names}. Export it with standard operators, or score the model by Python.`,
  ];
}

function externalRefusals({ external }: OnnxGraph, folder: string, isAlone: boolean): string[] {
  const names = [...external];
  const outside = names.filter((name) => !staysInside(name));
  const missing = names.filter((name) => staysInside(name) && !existsSync(join(folder, name)));
  const refusals: string[] = [];
  if (outside.length > 0)
    refusals.push(`The weights are outside of the folder of the model: ${list(outside)}. Save them beside it.`);
  if (missing.length > 0)
    refusals.push(
      `The weights are in ${list(missing)}, which is not beside the file. Copy it there, or export with \`external_data=False\`.`,
    );
  if (isAlone && refusals.length === 0 && names.length > 0)
    refusals.push(
      `The weights are in ${list(names)}, which is part of the model. Name the folder of both instead of the file, and keep nothing else in it; or export with \`external_data=False\`.`,
    );
  return refusals;
}

/** True for a path that stays in its folder. */
function staysInside(name: string): boolean {
  // A model made on one system is opened on another.
  return name !== '' && !leadsOut(name, posix) && !leadsOut(name, win32);
}

/** Names of exporters → names of their packages. */
const packageNames = new Map([
  ['pytorch', 'torch'],
  ['onnxmltools', 'onnxmltools'],
  ['skl2onnx', 'skl2onnx'],
  ['catboost', 'catboost'],
  ['tf2onnx', 'tf2onnx'],
  ['keras2onnx', 'keras2onnx'],
]);

function packagesOf({ producer, producerVersion }: OnnxGraph): Record<string, string> {
  const name = packageNames.get(producer.toLowerCase());
  return name === undefined || producerVersion === '' ? {} : { [name]: producerVersion };
}

const pointerStart = 'version https://git-lfs';
const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
