/** A value as YAML has to write it inside flow collections: plain where nothing else could be meant, else in quotes. */
export function plainName(text: string): string {
  const plain =
    /^[^\s,[\]{}#&*!|>'"%@`:?-][^,[\]{}#:]*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|~)$/i.test(text) &&
    text.trim() === text;
  return plain || /^-?\d+(\.\d+)?$/.test(text) ? text : JSON.stringify(text);
}
