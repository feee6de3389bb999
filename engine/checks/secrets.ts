/** A text that gives access to something, and how an environment variable for it may be named. */
export interface Secret {
  start: number;
  end: number;
  what: string;
  variable: string;
}

interface Known {
  pattern: RegExp;
  what: string;
  variable: string;
  /** What else has to hold of the secret part. */
  test?: (secret: string) => boolean;
}

const mixed = (text: string) => /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text);

/** Secrets that show by their form. The group, where there is one, is the secret. */
const known: Known[] = [
  {
    pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g,
    what: 'an access key of AWS',
    variable: 'AWS_ACCESS_KEY_ID',
  },
  { pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*/g, what: 'a private key', variable: 'PRIVATE_KEY' },
  {
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/g,
    what: 'a token of GitHub',
    variable: 'GITHUB_TOKEN',
  },
  { pattern: /(?<![\w-])sk-[A-Za-z0-9_-]{20,}/g, what: 'an API key', variable: 'API_KEY', test: mixed },
  { pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/g, what: 'a token of Slack', variable: 'SLACK_TOKEN' },
  { pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g, what: 'a JSON web token', variable: 'TOKEN' },
  {
    pattern: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@$]+:([^\s/@]+)@/gi,
    what: 'a password in an address',
    variable: 'PASSWORD',
    test: (secret) => isLiteral(secret, 1),
  },
  {
    // Parameters of an address, and parts of an ODBC connection in one.
    pattern: /(?:[?&;]|%3B)(?:pwd|password|passwd)(?:=|%3D)([^;&\s"'`%]+)/gi,
    what: 'a password in an address',
    variable: 'PASSWORD',
    test: (secret) => isLiteral(secret, 1),
  },
  {
    pattern: /(?<![\w-])--?(?:password|passwd|secret)[= ]+([^\s"'`]+)/gi,
    what: 'a password',
    variable: 'PASSWORD',
    test: (secret) => isLiteral(secret, 6),
  },
  {
    pattern: /(?<![\w-])--?(?:api-?key|(?:access|auth)-?token|token)[= ]+([^\s"'`]+)/gi,
    what: 'a token',
    variable: 'TOKEN',
    test: (secret) => isLiteral(secret, 12) && /\d/.test(secret) && /[a-z]/i.test(secret),
  },
];

/** What every secret of a known form has in it: most texts are done with one look. */
const hint =
  /AKIA|ASIA|PRIVATE KEY|gh[pousr]_|github_pat_|sk-|xox[abprs]-|eyJ|:\/\/|-(?:pass|secret|api-?key|access|auth|token)/i;

/** The secrets in a text that show by their form. */
export function secretsIn(text: string): Secret[] {
  if (!hint.test(text)) return [];
  const found: Secret[] = [];
  for (const { pattern, what, variable, test } of known) {
    for (const match of text.matchAll(pattern)) {
      const secret = match[1] ?? match[0];
      const start = match.index + match[0].lastIndexOf(secret);
      if ((test?.(secret) ?? true) && !found.some((other) => start < other.end && other.start < start + secret.length))
        found.push({ start, end: start + secret.length, what, variable });
    }
  }
  return found;
}

/** What the value of a key such as `password` or `api_key` is, when it is written out. */
export function secretByName(key: string, value: string): Omit<Secret, 'start' | 'end'> | null {
  const kind = /(?:^|[_-])(password|passwd|secret|api_?key|access_?key|token)$/i
    .exec(key.replaceAll(/([a-z])([A-Z])/g, '$1_$2'))?.[1]
    ?.toLowerCase();
  if (kind === undefined) return null;
  const password = kind === 'password' || kind === 'passwd' || kind === 'secret';
  const isSecret = password ? isLiteral(value, 6) : isLiteral(value, 12) && /\d/.test(value) && /[a-z]/i.test(value);
  return isSecret
    ? {
        what: password ? 'a password' : 'a token',
        variable: key
          .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
          .replaceAll(/\W/g, '_')
          .toUpperCase(),
      }
    : null;
}

/** A value that is no reference, no name of a variable or file, and no stand-in. */
function isLiteral(value: string, least: number): boolean {
  return (
    value.length >= least &&
    !/\s/.test(value) &&
    !/^[$<{[%]/.test(value) &&
    !value.includes('${') &&
    !/^[A-Z][A-Z0-9_]*$/.test(value) &&
    !/^[.~]?\//.test(value) &&
    !/\.(txt|json|ya?ml|env|pem|key)$/i.test(value) &&
    !/^(.)\1*$/.test(value) &&
    !/^(password|passwd|pass|secret|change-?me|example|your[-_].*)$/i.test(value)
  );
}
