/** Tests that fail under Wine for a reason of Wine, by name, each with the reason. */
export const failing: Readonly<Record<string, string>> = {
  'lines run in turn until one fails, on every system': 'cmd of Wine 8 runs what follows `&&` after a failure too',
};
