/** A value in another unit than the schema says. */
export interface UnitError {
  /** As half a sentence. */
  how: string;
  apply: (value: number) => number;
}

const times = (factor: number, other: string, meant: string): UnitError => ({
  how: `${other} in place of ${meant}`,
  apply: (value) => value * factor,
});

/** The other units that a unit is mistaken for, with their size in it. */
const mistaken: Readonly<Record<string, readonly (readonly [other: string, factor: number])[]>> = {
  m: [
    ['ft', 3.280_839_895],
    ['km', 0.001],
  ],
  km: [
    ['m', 1000],
    ['mi', 0.621_371_192],
  ],
  cm: [
    ['m', 0.01],
    ['mm', 10],
  ],
  mm: [
    ['m', 0.001],
    ['in', 0.039_370_079],
  ],
  mi: [['km', 1.609_344]],
  ft: [['m', 0.3048]],
  in: [['cm', 2.54]],
  kg: [
    ['g', 1000],
    ['lb', 2.204_622_622],
  ],
  g: [['kg', 0.001]],
  lb: [['kg', 0.453_592_37]],
  s: [['ms', 1000]],
  ms: [['s', 0.001]],
  min: [['s', 60]],
  h: [['min', 60]],
  d: [['h', 24]],
  month: [['d', 30.4375]],
  y: [['month', 12]],
  l: [['ml', 1000]],
  'km/h': [['mph', 0.621_371_192]],
  'm/s': [['km/h', 3.6]],
  mph: [['km/h', 1.609_344]],
  '%': [['share', 0.01]],
  share: [['%', 100]],
  B: [['KiB', 1 / 1024]],
  kWh: [['Wh', 1000]],
};

/** Other spellings of the units above. */
const spelt: Readonly<Record<string, string>> = {
  day: 'd', days: 'd', hour: 'h', hours: 'h', minute: 'min', minutes: 'min', second: 's', seconds: 's',
  months: 'month', yr: 'y', year: 'y', years: 'y', L: 'l', percent: '%', ratio: 'share', bytes: 'B', byte: 'B',
  meter: 'm', meters: 'm', kilometer: 'km', kilometers: 'km', kilogram: 'kg', kilograms: 'kg', gram: 'g', grams: 'g',
  mile: 'mi', miles: 'mi', foot: 'ft', inch: 'in', pound: 'lb', pounds: 'lb',
}; // prettier-ignore

const symbols: Readonly<Record<string, string>> = { '€': 'EUR', $: 'USD', '£': 'GBP', '¥': 'JPY' };
const currencies = new Set(Intl.supportedValuesOf('currency'));

/**
 * The errors that are usual for a unit, such as cents for euros and °F for °C. A number without a known unit is a
 * thousand times too large, or a hundred times too small.
 */
export function unitErrors(unit: string | undefined): UnitError[] {
  const text = unit?.trim() ?? '';
  if (['°C', 'degC', 'celsius'].includes(text)) return [{ how: '°F in place of °C', apply: (v) => v * 1.8 + 32 }];
  if (['°F', 'degF', 'fahrenheit'].includes(text)) return [{ how: '°C in place of °F', apply: (v) => (v - 32) / 1.8 }];
  if (text === 'K') return [{ how: '°C in place of K', apply: (v) => v - 273.15 }];
  const currency = symbols[text] ?? text;
  if (currencies.has(currency)) {
    const digits =
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    return digits === 0
      ? [times(0.001, `thousands of ${currency}`, currency)]
      : [times(10 ** digits, `the smallest coin of ${currency}`, currency)];
  }
  const known = Object.hasOwn(spelt, text) ? (spelt[text] ?? text) : text;
  const others = Object.hasOwn(mistaken, known) ? mistaken[known] : undefined;
  if (others) return others.map(([other, factor]) => times(factor, other, text));
  return [
    { how: '1,000 times too large', apply: (value) => value * 1000 },
    { how: '100 times too small', apply: (value) => value * 0.01 },
  ];
}
