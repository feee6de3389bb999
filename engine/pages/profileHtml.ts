import { escapeHtml, htmlPage } from '../../words/html.ts';
import { count, number, percent } from '../../words/numbers.ts';
import { bytes } from '../../words/sizes.ts';
import type { ColumnProfile, DataProfile, DataRelations, Histogram } from '../../protocol/dataProfile.ts';

/** A page of its own: no script, nothing from the network, light and dark by the reader's setting, prints well. */
export function profileHtml(profile: DataProfile, relations: DataRelations | null): string {
  const facts = [
    `${count(profile.rows)} rows`,
    `${count(profile.columns.length)} columns`,
    bytes(profile.bytes),
    profile.files.length === 1 ? (profile.files[0] ?? '') : `${count(profile.files.length)} files`,
  ];
  const version =
    profile.madeAt === null
      ? ''
      : ` · version of ${new Date(profile.madeAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return htmlPage({
    policy: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    title: `${profile.title} · profile`,
    head: `<style>${style}</style>`,
    body: `<body><h1>${escapeHtml(profile.title)}</h1><p class="muted">${facts.map(escapeHtml).join(' · ')}${version}</p>
${profile.columns.length === 0 ? '<p>The table has no columns.</p>' : ''}
<main>${profile.columns.map((column) => columnHtml(column, profile, relations)).join('\n')}</main>
${relations ? relationsHtml(relations) : ''}
</body>`,
  });
}

function columnHtml(column: ColumnProfile, profile: DataProfile, relations: DataRelations | null): string {
  const field = profile.fields[column.name];
  const unit = field?.unit ?? '';
  const told = relations?.relevance.find((one) => one.column === column.name);
  const rows: [string, string][] = [
    ['Missing', column.rows === 0 ? '–' : `${count(column.missing)} (${percent(column.missing / column.rows)})`],
    ['Distinct', `${column.exact ? '' : '≈ '}${count(column.distinct)}`],
    ...(column.numbers ? numberRows(column, unit) : []),
    ...(column.lengths
      ? [
          [
            'Length',
            `${count(column.lengths.min)} to ${count(column.lengths.max)}, mean ${number(column.lengths.mean, 6)}`,
          ] as [string, string],
        ]
      : []),
    ...(told && relations?.target
      ? [
          [`Tells of ${relations.target}`, `${percent(told.share)}${told.relevant ? '' : ', no more than chance'}`] as [
            string,
            string,
          ],
        ]
      : []),
  ];
  return `<section><h2>${escapeHtml(column.name)} <small>${column.type}${field?.role ? ` · ${escapeHtml(field.role)}` : ''}${unit ? ` · ${escapeHtml(unit)}` : ''}</small></h2>${field?.description ? `<p>${escapeHtml(field.description)}</p>` : ''}
<div class="parts"><table>${rows.map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`).join('')}</table>${column.numbers ? histogramSvg(column.numbers.core ?? column.numbers.histogram, column, column.numbers.core !== null) : topHtml(column)}</div></section>`;
}

function numberRows({ numbers, type }: ColumnProfile, unit: string): [string, string][] {
  if (!numbers) return [];
  const told = (value: number) => (type === 'datetime' ? time(value) : `${number(value, 6)}${unit ? ` ${unit}` : ''}`);
  return [
    ['Min', told(numbers.min)],
    ['5 %', told(numbers.q05)],
    ['25 %', told(numbers.q25)],
    ['Median', told(numbers.median)],
    ['75 %', told(numbers.q75)],
    ['95 %', told(numbers.q95)],
    ['Max', told(numbers.max)],
    ...(type === 'datetime'
      ? []
      : ([
          ['Mean ± std', `${number(numbers.mean, 6)} ± ${number(numbers.std, 6)}`],
          ['Zeros', count(numbers.zeros)],
          ['Negative', count(numbers.negative)],
        ] as [string, string][])),
    ...(numbers.infinite > 0 ? [['Infinite', count(numbers.infinite)] as [string, string]] : []),
  ];
}

function histogramSvg({ edges, counts }: Histogram, { name, type }: ColumnProfile, core: boolean): string {
  const [width, height] = [360, 130];
  const most = Math.max(1, ...counts);
  const step = width / counts.length;
  const told = (value: number | undefined) =>
    type === 'datetime' ? time(value ?? 0).slice(0, 10) : number(value ?? 0, 6);
  const bars = counts
    .map(
      (n, i) =>
        `<rect x="${(i * step + 0.5).toFixed(1)}" y="${(height - (n / most) * height).toFixed(1)}" width="${(step - 1).toFixed(1)}" height="${((n / most) * height).toFixed(1)}"><title>${told(edges[i])} to ${told(edges[i + 1])}: ${count(n)} rows</title></rect>`,
    )
    .join('');
  return `<figure><svg viewBox="0 0 ${width} ${height + 18}" role="img" aria-label="${escapeHtml(`Histogram of ${name}, highest bin ${count(most)} rows`)}">${bars}<line x1="0" y1="${height}" x2="${width}" y2="${height}"/><text x="0" y="${height + 14}">${told(edges[0])}</text><text x="${width}" y="${height + 14}" text-anchor="end">${told(edges.at(-1))}</text></svg><figcaption class="muted">rows by value, highest ${count(most)}${core ? '; from the 1st to the 99th percentile' : ''}</figcaption></figure>`;
}

function topHtml(column: ColumnProfile): string {
  const top = column.top ?? [];
  if (top.length === 0) return '<p class="muted">No value.</p>';
  const most = Math.max(1, ...top.map(({ count: n }) => n));
  return `<table class="top">${top.map(({ value, count: n }) => `<tr><th scope="row">${escapeHtml(value)}</th><td class="bar"><i style="width:${((n / most) * 100).toFixed(1)}%"></i></td><td>${count(n)}</td><td>${percent(n / column.rows)}</td></tr>`).join('')}</table>`;
}

function relationsHtml({ columns, spearman, sampled, rows }: DataRelations): string {
  if (columns.length < 2) return '';
  const cell = (value: number | null) =>
    value === null
      ? '<td>–</td>'
      : `<td style="background:color-mix(in srgb, ${value < 0 ? 'var(--cold)' : 'var(--warm)'} ${Math.round(Math.abs(value) * 80)}%, transparent)">${value.toFixed(2)}</td>`;
  return `<section class="wide"><h2>Rank correlation <small>Spearman${sampled < rows ? `, on a sample of ${count(sampled)} rows` : ''}</small></h2><div class="scroll"><table class="matrix"><tr><td></td>${columns.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')}</tr>${columns.map((name, i) => `<tr><th scope="row">${escapeHtml(name)}</th>${(spearman[i] ?? []).map(cell).join('')}</tr>`).join('')}</table></div></section>`;
}

const style = `:root{color-scheme:light dark;--ink:#1f2328;--muted:#59636e;--line:#d1d9e0;--fill:#3b6fb6;--warm:#d9822b;--cold:#3b6fb6}@media screen and (prefers-color-scheme:dark){:root{--ink:#e6edf3;--muted:#9198a1;--line:#3d444d;--fill:#79a8e0;--warm:#e0975a;--cold:#79a8e0}}
body{overflow-wrap:anywhere;font:14px/1.45 system-ui,sans-serif;color:var(--ink);max-width:1100px;margin:2rem auto;padding:0 1rem}h1{margin-bottom:0}h2{font-size:1.1rem;margin:0 0 .4rem;overflow-wrap:anywhere}small,.muted,figcaption{color:var(--muted);font-weight:normal}
section{border-top:1px solid var(--line);padding:1rem 0;break-inside:avoid}.parts{display:flex;flex-wrap:wrap;gap:2rem;align-items:flex-start}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th{font-weight:normal;text-align:left;color:var(--muted);padding:.1rem 1rem .1rem 0;overflow-wrap:anywhere}td{text-align:right;padding:.1rem .3rem}
figure{margin:0;width:380px;max-width:100%}svg{width:100%}rect{fill:var(--fill)}line{stroke:var(--line)}text{fill:var(--muted);font-size:11px}.top th{max-width:16rem;color:var(--ink)}.bar{width:160px}.bar i{display:block;height:.9em;background:var(--fill);min-width:1px}.parts>*{max-width:100%}.matrix{overflow-wrap:normal}.scroll{overflow-x:auto}@media print{body{color:#1f2328;background:#fff}.scroll{overflow:visible}}.matrix td,.matrix th{font-size:12px;padding:.2rem .4rem}`;

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
