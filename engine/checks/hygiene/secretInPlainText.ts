import type { Edit } from '../../project/edit.ts';
import type { Located } from '../../project/located.ts';
import type { ConfigFile } from '../../project/loadProject.ts';
import type { CheckContext, Rule } from '../rule.ts';
import { secretByName, secretsIn, type Secret } from '../secrets.ts';

type Scalar = Extract<Located, { kind: 'scalar' }>;

export const secretInPlainText: Rule = {
  code: 'LW705',
  name: 'secret-in-plain-text',
  severity: 'warning',
  docs: 'A password, key or token is in a file that is committed and shared, so everyone with access to the project has it. Replace it with `${env.NAME}`, set the variable where the project runs, and rotate the secret, since it has been exposed.',
  example: { wrong: 'env: { DB_PASSWORD: hunter2-of-ada }', right: 'env: { DB_PASSWORD: "${env.DB_PASSWORD}" }' },
  check(context) {
    const { project } = context;
    for (const file of [project.file, ...project.experiments.values(), ...project.schemas.values()])
      walk(context, file, file.parsed.root, []);
  },
};

function walk(context: CheckContext, file: ConfigFile<unknown>, node: Located | null, path: readonly string[]): void {
  if (node?.kind === 'map')
    for (const entry of node.entries) {
      if (!entry.merged) walk(context, file, entry.value, [...path, entry.key]);
    }
  else if (node?.kind === 'seq') for (const item of node.items) walk(context, file, item, path);
  else if (node && typeof node.value === 'string') judge(context, file, node, node.value, path);
}

function judge(
  context: CheckContext,
  file: ConfigFile<unknown>,
  node: Scalar,
  value: string,
  path: readonly string[],
): void {
  const secrets = secretsIn(value);
  const named =
    secrets.length === 0 && (path.includes('env') || path.includes('params'))
      ? secretByName(path.at(-1) ?? '', value)
      : null;
  const all: Secret[] = named ? [{ ...named, start: 0, end: value.length }] : secrets;
  for (const secret of all) {
    const range = rangeIn(file, node, value.slice(secret.start, secret.end));
    const says = `Here stands ${secret.what} that everybody who has this file can use. Put it into an environment variable${file.kind === 'dataset' ? '' : ` and write \`\${env.${secret.variable}}\``}, and change it.`;
    context.reportPlace(file.parsed.lines.place(file.path, range), says, {
      fixes: [
        all.length > 1
          ? null
          : context.fix(
              `Read it from the environment variable ${secret.variable}`,
              replacement(file, node, value, secret),
            ),
      ],
    });
  }
}

/** Where the secret stands within a value; the whole value where escapes hide it. */
function rangeIn(file: ConfigFile<unknown>, node: Scalar, secret: string) {
  const at = file.parsed.text.slice(node.range.start, node.range.end).indexOf(secret);
  return at === -1 ? node.range : { start: node.range.start + at, end: node.range.start + at + secret.length };
}

function replacement(
  file: ConfigFile<unknown>,
  node: Scalar,
  value: string,
  { start, end, variable }: Secret,
): Edit | null {
  // Schemas know no references, and the value of a block spans lines.
  if (file.kind === 'dataset' || value.includes('\n')) return null;
  return {
    file,
    range: node.range,
    text: JSON.stringify(`${value.slice(0, start)}\${env.${variable}}${value.slice(end)}`),
  };
}
