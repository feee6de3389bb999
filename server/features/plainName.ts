/** A value as YAML inside flow collections: plain where that is unambiguous, otherwise quoted. */
export function plainName(text: string): string {
  const plain =
    /^[^\s,[\]{}#&*!|>'"%@`:?-][^,[\]{}#:]*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|~)$/i.test(text) &&
    text.trim() === text;
  return plain || /^-?\d+(\.\d+)?$/.test(text) ? text : JSON.stringify(text);
}
