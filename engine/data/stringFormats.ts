/** Formats of a string, as regular expressions that the whole text must match, in RE2 and in JavaScript alike. */
export const stringFormats: Readonly<Record<string, string>> = {
  email: '[^@\\s]+@[^@\\s]+\\.[^@\\s]+',
  uri: '[A-Za-z][A-Za-z0-9+.-]*:\\S+',
  uuid: '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  binary: '([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?',
};
