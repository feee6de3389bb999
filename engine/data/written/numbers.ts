import { currency, zeroWithCurrency } from '../bareNumber.ts';
import { isLossy } from './digits.ts';

/** Decimal and thousands characters of a column of numbers. */
export interface Convention {
  decimal: '.' | ',';
  group: string | null;
}

/** How the numbers of a column are written. */
export interface NumberForm extends Convention {
  /** True when signs such as `€`, `%`, brackets or a minus behind the number are around some of them. */
  signs: boolean;
  /** The unit beside the numbers: `%`, `€`, `USD`. */
  unit: string | null;
  /** Numbers with a unit and numbers without one are mixed. */
  unitMixed: boolean;
  whole: boolean;
  infinite: boolean;
  /** Dashes such as `$ -` stand for zero. */
  dashes: boolean;
  /** Digits behind the decimal point to keep exactly; null when a double holds every number. */
  decimals: number | null;
  /** True when a double does not hold some number, and no decimal of 38 digits does. */
  rounded: boolean;
  /** Texts that are no number in this form. */
  strays: string[];
  /** Another form that also fits each text, with other values. */
  rival: Convention | null;
}

const conventions: readonly Convention[] = [
  { decimal: '.', group: null },
  { decimal: '.', group: ',' },
  { decimal: ',', group: '.' },
  { decimal: '.', group: ' ' },
  { decimal: ',', group: ' ' },
  { decimal: '.', group: "'" },
  { decimal: ',', group: "'" },
  { decimal: '.', group: '_' },
];

const space = '[\\s\\u00a0\\u2009\\u202f]*';
const signed = new RegExp(
  `^(\\()?${space}([-+−])?${space}(${currency})?${space}([-+−])?${space}(\\()?([0-9.,][0-9.,'’_\\s\\u00a0\\u2009\\u202f]*(?:[eE][+-]?[0-9]+)?)${space}(\\))?([-−])?${space}(${currency}|[%‰])?${space}(\\))?([-−])?$`,
);
const spaces = /[\s\u00a0\u2009\u202f]/g;

const isWhole = (value: string | null) => value === null || /^[0-9]+$/.test(value);

/** Currencies without a part: `¥1,234` are thousands. */
const withoutCents = new Set(['¥', 'JPY', '₩', 'KRW', '₫', 'Ft', 'HUF']);

/** A text as a number before its convention is known. */
interface Written {
  text: string;
  /** Digits, decimal and thousands characters, exponent; null for an infinite value. */
  core: string | null;
  negative: boolean;
  unit: string;
  /** True when it is more than an optional sign and the number. */
  dressed: boolean;
  /** True for a dash that is zero. */
  dash: boolean;
  /** Digits alone, or digits with a point behind the first ones: nearly all numbers, which need no pattern. */
  plain?: 'digits' | 'decimal';
}

const dashWithCurrency = new RegExp(zeroWithCurrency);
/** A number without spaces, units and brackets. */
const bareText = /^[+-]?([0-9]+(\.[0-9]*)?|[0-9][0-9.,]*)$/;

function written(text: string): Written | null {
  const [, only, fraction] = bareText.exec(text) ?? [];
  if (only !== undefined) {
    const plain = fraction !== undefined ? 'decimal' : only.includes('.') || only.includes(',') ? undefined : 'digits';
    const negative = text.startsWith('-');
    return { text, core: only, negative, unit: '', dressed: false, dash: false, ...(plain && { plain }) };
  }
  if (/^[+-]?inf(inity)?$/i.test(text))
    return { text, core: null, negative: text.startsWith('-'), unit: '', dressed: false, dash: false };
  if (dashWithCurrency.test(text))
    return { text, core: '0', negative: false, unit: text.replace(/[-–\s]/g, ''), dressed: true, dash: true };
  // `5,-` and `5.--` are prices without cents.
  const found = signed.exec(text.replace(/([0-9][.,])(?:--?|[–—])(?=\D*$)/, '$1'));
  if (!found) return null;
  const [, open1, sign1, unit1, sign2, open2, core = '', close1, minus1, unit2, close2, minus2] = found;
  const opened = [open1, open2].filter(Boolean).length;
  if (opened > 1 || opened !== [close1, close2].filter(Boolean).length) return null;
  const unit = (unit1 ?? unit2 ?? '').replace(/\.$/, '').replace('￥', '¥');
  const signs = [sign1, sign2, minus1, minus2].filter(Boolean);
  if (signs.length + opened > 1 || (unit1 && unit2)) return null;
  return {
    text,
    core: core.trim().replace(spaces, ' ').replaceAll('’', "'"),
    negative: opened > 0 || signs.some((sign) => sign !== '+'),
    unit,
    dressed: !/^[+-]?[0-9.,]/.test(text) || /[^0-9.,]$/.test(text) || unit !== '',
    dash: false,
  };
}

/** The same for a number, in a small part of the time for a plain one. */
function bareOf({ core, plain }: Written, convention: Convention): string | null {
  if (core === null) return null;
  if (plain === 'digits' || (plain === 'decimal' && convention.decimal === '.')) return core;
  return plain === 'decimal' && convention.group !== '.' ? null : bare(core, convention);
}

/** The parts of a number in a convention, as `integer.fraction` with an exponent; null when it is not written so. */
function bare(core: string, convention: Convention): string | null {
  if (!formOf(convention).test(core)) return null;
  const { decimal, group } = convention;
  const plain = group === null ? core : core.replaceAll(group, '');
  return decimal === ',' ? plain.replace(',', '.') : plain;
}

const forms = new WeakMap<Convention, RegExp>();

function formOf(convention: Convention): RegExp {
  const known = forms.get(convention);
  if (known) return known;
  const { decimal, group } = convention;
  const d = decimal === '.' ? '\\.' : ',';
  const g = group === null ? null : group === '.' ? '\\.' : group;
  const grouped =
    g === null ? '' : `|[1-9][0-9]{0,2}(?:${g}[0-9]{3})+${group === ',' ? `|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}` : ''}`;
  const form = new RegExp(`^(?:(?:[0-9]+${grouped})(?:${d}[0-9]*)?|${d}[0-9]+)(?:[eE][+-]?[0-9]+)?$`);
  forms.set(convention, form);
  return form;
}

export interface NumberHints {
  /** Delimiter of the file. */
  delimiter: string;
  /** The decimal character of the other columns; null when they do not tell. */
  decimal: '.' | ',' | null;
}

/**
 * Returns how a column of numbers is written: the decimal and thousands characters that fit every text, or nearly every
 * one (`allowed` strays). Null when the texts are no numbers, or codes: `01234`, `1E5`, `+491701234567`.
 */
export function numberForm(texts: readonly string[], hints: NumberHints, allowed: number): NumberForm | null {
  const parsed: (Written | null)[] = [];
  let others = 0;
  for (const text of texts) {
    const one = written(text);
    if (one === null && ++others > allowed) return null;
    parsed.push(one);
  }
  const numbers = parsed.filter((one) => one !== null);
  if (numbers.length === 0) return null;
  if (isCode(numbers)) return null;
  const units = new Set(numbers.filter(({ core }) => core !== null).map(({ unit }) => unit));
  if ([...units].filter((unit) => unit !== '').length > 1) return null;
  const fitting = conventions.flatMap((convention) => {
    const values = numbers.map((one) => (one.core === null ? 'inf' : bareOf(one, convention)));
    const missed = values.filter((value) => value === null).length + texts.length - numbers.length;
    return missed <= allowed ? [{ convention, values, missed }] : [];
  });
  const least = Math.min(...fitting.map(({ missed }) => missed));
  const [best, ...rest] = fitting.filter(({ missed }) => missed === least);
  if (!best) return null;
  const rival = rest.find(({ values }) => values.some((value, i) => !isSame(value, best.values[i] ?? null)));
  // Yen have no part.
  const isGrouped = [...units].some((unit) => withoutCents.has(unit));
  const prefers = isGrouped
    ? !best.values.every(isWhole) && rival?.values.every(isWhole)
    : rival && prefersRival(best.convention, rival.convention, hints);
  const chosen = rival && prefers ? rival : best;
  const values = chosen.values.filter((value) => value !== null && value !== 'inf') as string[];
  if (values.some((value) => !Number.isFinite(Number(value)))) return null;
  const { convention } = chosen;
  const whole = convention.group === null && values.every((value) => /^[0-9]+$/.test(value));
  if (values.some((value) => /^[0-9]{39,}$/.test(value))) return null;
  const signs = numbers.some(({ dressed }) => dressed);
  const strays = texts.filter((_, i) => {
    const one = parsed[i];
    return !one || (one.core !== null && bareOf(one, convention) === null);
  });
  // Where signs are left out, `5 kg` would be read as 5.
  if (signs && strays.some((text) => /[0-9]/.test(text))) return null;
  return {
    ...convention,
    signs,
    unit: [...units].find((unit) => unit !== '') ?? null,
    unitMixed: units.size > 1,
    whole: whole && values.length === numbers.length && !numbers.some(({ dressed }) => dressed),
    infinite: numbers.some(({ core }) => core === null),
    dashes: numbers.some(({ dash }) => dash),
    decimals: exactDecimals(values, whole),
    rounded:
      exactDecimals(values, whole) === null && values.some((value) => !/[eE]/.test(value) && isLossy(value, whole)),
    strays,
    rival: rival ? (chosen === rival ? best : rival).convention : null,
  };
}

/**
 * Says why texts that are each a number are no numbers as a column: several units, decimal commas and points, or too
 * large. Null when they are no numbers, or codes. `rowsOf`: rows of some texts.
 */
export function mixedNumbers(
  texts: readonly string[],
  allowed: number,
  rowsOf: (texts: readonly string[]) => number,
): string | null {
  const numbers = texts.map(written).filter((one) => one !== null && isNumber(one)) as Written[];
  if (numbers.length === 0 || texts.length - numbers.length > allowed || isCode(numbers)) return null;
  const groups = (of: (one: Written) => string | null) => {
    const found = new Map<string, string[]>();
    for (const one of numbers) {
      const group = of(one);
      if (group !== null) found.set(group, [...(found.get(group) ?? []), one.text]);
    }
    const told = [...found].map(
      ([group, own]) => `${group} (${rowsOf(own).toLocaleString('en-US')}, such as \`${own[0] ?? ''}\`)`,
    );
    return found.size > 1 ? told.join(', ') : null;
  };
  const units = groups(({ unit }) => (unit === '' ? null : `\`${unit}\``));
  if (units !== null) return `amounts with several units, kept as text: ${units}`;
  const decimals = groups(({ core }) => decimalOf(core ?? ''));
  if (decimals !== null) return `numbers written in two ways, kept as text: ${decimals}`;
  const huge = numbers.find(({ core }) => {
    const plain = conventions.map((one) => bare(core ?? '', one)).find((value) => value !== null);
    return plain !== undefined && (!Number.isFinite(Number(plain)) || /^[0-9]{39,}$/.test(plain ?? ''));
  });
  return huge ? `\`${shortened(huge.text)}\` is more than a number can hold: kept as text` : null;
}

const isNumber = ({ core }: Written) =>
  core === null || conventions.some((convention) => bare(core, convention) !== null);

/** True for a text that is a number in some form. */
export function isAnyNumber(text: string): boolean {
  const one = written(text);
  return one !== null && isNumber(one);
}

/** The decimal character of a number; null when it has none, or one that can be between thousands. */
function decimalOf(core: string): string | null {
  const fits = conventions.filter((convention) => bare(core, convention) !== null && core.includes(convention.decimal));
  const [first] = fits;
  const other = first?.decimal === ',' ? '.' : ',';
  if (!first || conventions.some(({ decimal, group }) => decimal === other && bare(core, { decimal, group }) !== null))
    return null;
  return first.decimal === ',' ? 'decimal comma' : 'decimal point';
}

const shortened = (text: string) => (text.length > 50 ? `${text.slice(0, 50)}…` : text);

function isSame(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && Number(a) === Number(b));
}

/** Codes and telephone numbers would change when read as numbers. */
function isCode(numbers: readonly Written[]): boolean {
  const plain = numbers.filter(({ core }) => core !== null).map(({ core }) => core ?? '');
  if (plain.some((core) => /^0[0-9]+$/.test(core))) return true;
  if (numbers.every(({ text }) => /^\+[0-9 ]{7,}$/.test(text)) && numbers.length > 0) return true;
  const exponents = plain.filter((core) => /[eE]/.test(core));
  return exponents.length > 0 && plain.every((core) => /^[0-9]+(E[0-9]+)?$/.test(core));
}

function prefersRival(best: Convention, rival: Convention, { decimal, delimiter }: NumberHints): boolean {
  if (best.decimal === rival.decimal) return false;
  if (decimal !== null) return rival.decimal === decimal;
  return delimiter === ';' && rival.decimal === ',';
}

/** Digits behind the point when a double would lose some of them, up to 38 digits in all. */
function exactDecimals(values: readonly string[], isWhole: boolean): number | null {
  if (values.some((value) => /[eE]/.test(value)) || !values.some((value) => isLossy(value, isWhole))) return null;
  const parts = values.map((value) => value.split('.'));
  const scale = Math.max(...parts.map(([, fraction = '']) => fraction.length));
  const whole = Math.max(...parts.map(([integer = '']) => integer.replace(/^0+/, '').length));
  return scale + whole <= 38 ? scale : null;
}
