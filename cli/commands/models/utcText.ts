/** `2026-05-12 14:00:07 UTC`: a time that means the same to every reader; seconds only where there are any. */
export function utcText(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  return `${date} ${time.slice(0, time.startsWith('00', 6) ? 5 : 8)} UTC`;
}
