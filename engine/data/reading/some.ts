/** Lists some words, and how many there are more. */
export function some(words: readonly string[], most = 5): string {
  const more = words.length - most;
  return more <= 1 ? words.join(', ') : `${words.slice(0, most).join(', ')} and ${more.toLocaleString('en-US')} more`;
}
