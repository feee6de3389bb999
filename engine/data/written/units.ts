/** Units that people write behind a number. */
const known = new Set(
  `kg g mg µg μg ug t lb lbs oz ct cm mm m km dm µm μm nm in inch inches ft feet foot yd mi mile miles nmi " '
  ml cl dl l L liter litre gal pt qt m2 m² m3 m³ ft2 ft² sqft sqm qm ha acre acres km2 km²
  s sec secs second seconds min mins minute minutes h hr hrs hour hours d day days wk week weeks mo month months y yr yrs year years
  Tag Tage Std Stunden Jahr Jahre Monat Monate Woche Wochen Sek ms µs μs us ns
  Hz kHz MHz GHz rpm W kW MW GW Wh kWh MWh V kV mV A mA Ah mAh Ω kΩ °C °F ° K C F Pa kPa hPa MPa bar mbar psi atm mmHg J kJ MJ cal kcal N Nm dB dBm
  km/h kmh mph m/s kn kt knots bpm fps px pts pp bp bps mol mmol mmol/l mg/dl mg/l g/l ppm ppb IU U lx lm cd
  B b kB KB MB GB TB PB KiB MiB GiB TiB kbit Mbit Gbit kbps Mbps Gbps k M m bn mn mm Mio Mrd Tsd thousand million billion x pcs pc Stk Stück units`
    .split(/\s+/)
    .filter(Boolean),
);

/** No amount is longer, and the expressions try blanks in several ways. */
const longest = 100;

const amount =
  /^[-+−]?\s*[$€£¥₹]?\s*(\d[\d.,'’_\s\u00a0\u2009\u202f]*?)\s*([\p{L}°µμΩ"'′″][\p{L}°µμΩ"'′″/²³·0-9.]{0,11})$/u;
const plain = /^[-+−]?[\d.,'’_\s\u00a0\u2009\u202f]*\d[.,]?$/;

/**
 * Says that texts are numbers with units, such as `5 kg`, and how many have which; null when they are not. They are no
 * numbers: 5 kg and 5 lb are different. `rowsOf`: rows of some texts.
 */
export function unitsNote(
  texts: readonly string[],
  allowed: number,
  rowsOf: (texts: readonly string[]) => number,
): string | null {
  const groups = new Map<string, string[]>();
  let others = 0;
  for (const text of texts) {
    const unit = text.length > longest ? undefined : plain.test(text) ? '' : amount.exec(text)?.[2]?.replace(/\.$/, '');
    if (unit === undefined) others++;
    else groups.set(unit, [...(groups.get(unit) ?? []), text]);
    if (others > allowed) return null;
  }
  const units = [...groups.keys()].filter((unit) => unit !== '');
  const isUnit = (unit: string) => known.has(unit) || (unit.length > 1 && (groups.get(unit)?.length ?? 0) > 2);
  if (units.length === 0 || units.length > 12 || !units.every(isUnit)) return null;
  const told = [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(
      ([unit, own]) =>
        `${unit === '' ? 'without a unit' : `\`${unit}\``} (${rowsOf(own).toLocaleString('en-US')}, such as \`${own[0] ?? ''}\`)`,
    );
  return groups.size === 1
    ? `numbers with the unit \`${units[0]}\`, kept as text, such as \`${texts[0]}\`; take the unit away in the export, or in the SQL of a \`prepare\` stage`
    : `numbers with different units, kept as text: ${told.join(', ')}; convert them to one unit in the export, or in the SQL of a \`prepare\` stage`;
}

/** True for a text that is written as a unit. */
export function isUnit(text: string): boolean {
  return (
    (known.has(text) && !/^(x|units?|pcs|pts)$/.test(text)) ||
    /^[\p{L}µμ°]{1,4}(\/[\p{L}²³]{1,4}|[²³]|\^?-?[1-3])$/u.test(text)
  );
}

/** What of a number with a sign is its unit, as SQL takes it away too. */
const noUnit = /[0-9.,'’_+()\s\u00a0\u2009\u202f−–-]/g;

/** The unit of a number with signs: `$` of `$1,234.50`, `kg` of `5 kg`. */
export function unitOf(text: string): string {
  return text.replaceAll(noUnit, '');
}

/** SQL for the same. */
export function unitSql(text: string): string {
  return `regexp_replace(${text}, '[0-9.,''’_+()\\s\u00a0\u2009\u202f−–-]', '', 'g')`;
}
