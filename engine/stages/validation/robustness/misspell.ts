import type { Random } from '../../../statistics/random.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz';

/**
 * A text with one typing error: two neighbours swapped, a character left out, doubled or replaced. The result is none of
 * the known texts.
 */
export function misspell(text: string, known: ReadonlySet<string>, random: Random): string {
  for (let tries = 0; tries < 20; tries++) {
    const wrong = mistyped([...text], random);
    if (wrong !== text && wrong !== '' && !known.has(wrong)) return wrong;
  }
  let wrong = `${text}x`;
  while (known.has(wrong)) wrong += 'x';
  return wrong;
}

function mistyped(characters: string[], random: Random): string {
  const at = random.integer(Math.max(1, characters.length));
  const own = characters[at];
  if (own === undefined) return letter(random);
  const kind = random.integer(4);
  if (kind === 0 && at + 1 < characters.length) characters.splice(at, 2, characters[at + 1] ?? '', own);
  else if (kind === 1) characters.splice(at, 1);
  else if (kind === 2) characters.splice(at, 0, own);
  else characters.splice(at, 1, letter(random));
  return characters.join('');
}

function letter(random: Random): string {
  return letters[random.integer(letters.length)] ?? 'x';
}
