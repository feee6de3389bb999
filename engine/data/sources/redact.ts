/** Removes secrets from a text. */
export type Redact = (text: string) => string;

/** Shorter values, such as `1` or `eu`, are not secrets. Removing them would make other words unreadable. */
const shortestSecret = 5;

/**
 * Returns a function that removes values of the environment (replaced by the name of the variable), passwords in
 * addresses, and passwords from addresses of the environment wherever they occur, as written and decoded.
 */
export function redactor(values: Readonly<Record<string, string | undefined>>): Redact {
  const found: [secret: string, shown: string][] = [];
  for (const [name, value] of Object.entries(values)) {
    if (!value) continue;
    if (value.length >= shortestSecret) found.push([value, `\${env.${name}}`]);
    for (const secret of passwordsIn(value)) found.push([secret, '***']);
  }
  // Longest first: a password can be part of its address.
  const secrets = found.filter(([secret]) => secret !== '').toSorted(([a], [b]) => b.length - a.length);
  return (text) =>
    withoutCredentials(secrets.reduce((rest, [secret, shown]) => rest.replaceAll(secret, () => shown), text));
}

/** Returns an address without user and password. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@'"`]+@/gi, '$1');
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
