/** A function that takes secrets out of a text. */
export type Redact = (text: string) => string;

/** Short values, such as `1` or `eu`, are no secrets, and taking them out would make other words unreadable. */
const shortestSecret = 5;

/**
 * Takes out what came from the environment (told by its name instead), the passwords of addresses, and passwords inside
 * addresses of the environment also where they stand alone, as written and as decoded.
 */
export function redactor(values: Readonly<Record<string, string | undefined>>): Redact {
  const found: [secret: string, shown: string][] = [];
  for (const [name, value] of Object.entries(values)) {
    if (!value) continue;
    if (value.length >= shortestSecret) found.push([value, `\${env.${name}}`]);
    for (const secret of passwordsIn(value)) found.push([secret, '***']);
  }
  // The longest first: a password may be part of the address it stands in.
  const secrets = found.filter(([secret]) => secret !== '').toSorted(([a], [b]) => b.length - a.length);
  return (text) =>
    withoutCredentials(secrets.reduce((rest, [secret, shown]) => rest.replaceAll(secret, () => shown), text));
}

/** An address without user and password. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"`]+@/gi, '$1');
}

function passwordsIn(value: string): string[] {
  if (!URL.canParse(value)) return [];
  const { password } = new URL(value);
  if (password === '') return [];
  try {
    return [...new Set([password, decodeURIComponent(password)])];
  } catch {
    return [password];
  }
}
