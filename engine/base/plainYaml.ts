import { isMap, isScalar, parseDocument, visit } from 'yaml';

/**
 * Reads a text of YAML as plain values, in linear time. Throws Error with a sentence for invalid YAML, a key that is there
 * twice, aliases that expand without end, and values that nest too deeply. The parser's own search for double keys
 * takes time that grows with the square of their number.
 */
export function plainYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { uniqueKeys: false, logLevel: 'error' });
    const [error] = document.errors;
    if (error) throw error;
    visit(document, {
      Map(_key, map) {
        const known = new Set<unknown>();
        for (const { key } of isMap(map) ? map.items : []) {
          const name = isScalar(key) ? key.value : key;
          if (typeof name !== 'symbol' && known.has(name))
            throw new Error(`the key ${JSON.stringify(name)} is there twice`);
          known.add(name);
        }
      },
    });
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    if (error instanceof RangeError) throw new Error('values nest too deeply', { cause: error });
    throw error;
  }
}
