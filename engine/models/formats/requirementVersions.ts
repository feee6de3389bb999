import { plainYaml } from '../../base/plainYaml.ts';

/**
 * Returns the versions of packages that `requirements.txt`, `conda.yaml` or `python_env.yaml` beside a model pin.
 * `read` returns the text of one of them, or null.
 */
export function requirementVersions(read: (name: string) => string | null): Record<string, string> {
  const found: Record<string, string> = {};
  const conda = yamlOf(read('conda.yaml'))['dependencies'];
  for (const line of Array.isArray(conda) ? (conda as unknown[]) : []) {
    if (typeof line === 'string') addCondaPin(found, line);
    else if (line !== null && typeof line === 'object' && 'pip' in line && Array.isArray(line.pip))
      for (const pin of line.pip as unknown[]) addPin(found, String(pin));
  }
  for (const line of read('requirements.txt')?.split(/\r?\n/) ?? []) addPin(found, line);
  const { python } = yamlOf(read('python_env.yaml'));
  if (typeof python === 'string' || typeof python === 'number') found['python'] = String(python);
  return found;
}

/** `name[extras]==1.2 ; marker`. Other lines pin no version. */
function addPin(found: Record<string, string>, line: string): void {
  const [, name, version] = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\]\s*)?={2,3}\s*([^\s;#,]+)/.exec(line) ?? [];
  if (name !== undefined && version !== undefined) found[normalised(name)] = version;
}

/** `name=1.2` or `name==1.2=build`. */
function addCondaPin(found: Record<string, string>, line: string): void {
  const [, name, version] = /^([\w.-]+)={1,2}([\w.]+)/.exec(line) ?? [];
  if (name !== undefined && version !== undefined) found[normalised(name)] = version;
}

/** Names of packages are compared as PyPI does. */
const normalised = (name: string) => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

function yamlOf(text: string | null): Record<string, unknown> {
  try {
    const content: unknown = text === null ? null : plainYaml(text);
    return content !== null && typeof content === 'object' ? (content as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
