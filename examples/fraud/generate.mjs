// Invents card transactions from January to June 2026, with labels that arrive days later, for the fraud example.
// node generate.mjs [--rows N] [--seed S] [--out DIR] needs Node 20 or newer and nothing else; the same seed gives the
// same files.
//
// January to April are quiet. On 1 May two things happen: customers move to a new app (fresh devices, more digital
// goods, new countries), and a new technique of fraud appears: small purchases of digital goods by day, near home. A
// model trained before does not know it.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '210000' },
    seed: { type: 'string', default: '7' },
    out: { type: 'string', default: join(dirname(fileURLToPath(import.meta.url)), 'incoming') },
  },
});
const rows = Number(options.rows);
const seed = Number(options.seed);
if (!Number.isInteger(rows) || rows < 1000 || !Number.isInteger(seed)) {
  console.error('generate.mjs: --rows takes a whole number from 1000 and --seed a whole number');
  process.exit(2);
}

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);
const change = Date.UTC(2026, 4, 1);
const days = 181;
const badShare = 0.005;

// mulberry32 (Tommy Ettinger, public domain)
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const chance = (p) => random() < p;
const between = (low, high) => low + random() * (high - low);
const whole = (low, high) => Math.floor(between(low, high + 1));
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const logNormal = (median, sigma) => median * Math.exp(sigma * normal());
const exponential = (mean) => -mean * Math.log(1 - random());
function poisson(mean) {
  let n = 0;
  for (let p = random(), limit = Math.exp(-mean); p > limit; p *= random()) n++;
  return n;
}
function pick(shares) {
  let left = random() * shares.reduce((sum, [, share]) => sum + share, 0);
  for (const [value, share] of shares) if ((left -= share) < 0) return value;
  return shares[0][0];
}

// share, median amount in EUR, share bought online
const categories = {
  groceries: [0.27, 32, 0.06],
  restaurants: [0.17, 28, 0.04],
  fuel: [0.1, 55, 0],
  fashion: [0.1, 60, 0.5],
  electronics: [0.07, 130, 0.55],
  travel: [0.06, 180, 0.75],
  digital_goods: [0.12, 14, 1],
  health: [0.06, 35, 0.15],
  entertainment: [0.05, 30, 0.5],
};
const ages = [
  ['18-25', 0.19],
  ['26-40', 0.35],
  ['41-65', 0.33],
  ['66+', 0.13],
];
const hours = [2, 1, 1, 1, 1, 2, 4, 8, 11, 12, 13, 15, 18, 15, 13, 13, 15, 19, 22, 20, 15, 10, 6, 4].map(
  (weight, hour) => [hour, weight],
);

/** 0 before the change, then up to 1 within ten days. */
const after = (at) => (at < change ? 0 : Math.min(1, 0.4 + (at - change) / (16 * day)));

function honest(at) {
  const moved = after(at);
  const season = Math.sin(((at - start) / day / 365) * 2 * Math.PI);
  const category = pick(
    Object.entries(categories).map(([name, [share]]) => [
      name,
      name === 'digital_goods' ? share * (1 + moved) : name === 'travel' ? share * (1 + 0.1 * season) : share,
    ]),
  );
  const [, amount, onlineShare] = categories[category];
  const online = chance(onlineShare);
  const country = pick([
    ['DE', 0.72],
    ['FR', 0.07],
    ['NL', 0.06],
    ['AT', 0.05],
    ['ES', 0.04 + 0.05 * moved],
    ['IT', 0.04],
    ['PL', 0.02 + 0.07 * moved],
  ]);
  const away = country !== 'DE' && chance(0.3);
  return {
    category,
    online,
    country,
    amount: logNormal(amount * (1 + 0.03 * season) * (1 - 0.12 * moved), 0.7),
    distance: away
      ? logNormal(500, 0.6)
      : online
        ? exponential(chance(0.05) ? 400 : 12)
        : exponential(chance(0.06) ? 200 : 7),
    deviceAge: chance(0.05 + 0.25 * moved) ? between(0, 14) : logNormal(280, 0.8),
    lastDay: poisson(1.3),
  };
}

/** Honest people on the road look a little like thieves. */
function traveller(at) {
  return {
    ...stolenCard(at),
    deviceAge: chance(0.5) ? between(0, 10) : logNormal(280, 0.8),
    amount: logNormal(220, 0.7),
    lastDay: poisson(3),
    category: pick([
      ['travel', 0.5],
      ['fashion', 0.3],
      ['restaurants', 0.2],
    ]),
  };
}

/**
 * Known all year: a stolen card is emptied far from home, at night, on an unknown device. Most signs show, few show
 * all.
 */
function stolenCard(at) {
  const row = honest(at);
  if (chance(0.035)) return row;
  const category = chance(0.8)
    ? pick([
        ['electronics', 0.45],
        ['fashion', 0.25],
        ['travel', 0.3],
      ])
    : row.category;
  return {
    category,
    online: chance(0.8),
    country: chance(0.5)
      ? pick([
          ['FR', 1],
          ['NL', 1],
          ['ES', 1],
          ['IT', 1],
          ['PL', 1],
        ])
      : row.country,
    amount: chance(0.85) ? logNormal(420, 0.6) : row.amount,
    distance: chance(0.82) ? logNormal(700, 0.8) : row.distance,
    deviceAge: chance(0.8) ? between(0, 4) : row.deviceAge,
    lastDay: chance(0.7) ? 3 + poisson(3) : row.lastDay,
    hour: chance(0.6) ? whole(0, 5) : undefined,
  };
}

/**
 * From May on: hijacked accounts buy vouchers, little by little, in the working hours of somebody else's night shift.
 */
function vouchers() {
  return {
    category: 'digital_goods',
    online: true,
    country: 'DE',
    amount: between(4, 24),
    distance: exponential(2),
    deviceAge: chance(0.9) ? between(0, 2.5) : between(2.5, 20),
    lastDay: chance(0.9) ? 3 + poisson(1.5) : poisson(1.3),
    hour: chance(0.9) ? whole(9, 14) : undefined,
  };
}

function transaction(at) {
  const moved = after(at);
  const oldRate = 0.0125 * (1 - 0.4 * moved);
  const newRate = at < change ? 0 : 0.0085 * moved;
  const draw = random();
  const isFraud = draw < oldRate + newRate;
  const row = draw < oldRate ? stolenCard(at) : isFraud ? vouchers() : chance(0.004) ? traveller(at) : honest(at);
  const hour = row.hour ?? pick(hours);
  return { ...row, hour, isFraud, age: pick(ages), at: at - (at % day) + hour * 3_600_000 + whole(0, 3_599) * 1000 };
}

/** Spoils one field, as real feeds do; each way breaks a rule of schemas/transactions.dataset.yaml. */
const spoilers = [
  (cells) => {
    cells[2] = '';
  },
  (cells) => {
    cells[2] = 'n/a EUR';
  },
  (cells) => {
    cells[2] = `-${cells[2]}`;
  },
  (cells) => {
    cells[2] = '99999999';
  },
  (cells) => {
    cells[4] = String(whole(24, 99));
  },
  (cells) => {
    cells[3] = 'unknown_shop';
  },
  (cells) => {
    cells[1] = 'yesterday';
  },
  (cells) => {
    cells[0] = '';
  },
  (cells) => {
    cells[5] = '-1';
  },
];

const iso = (at) => `${new Date(at).toISOString().slice(0, 19)}Z`;
const written = { transactions: 0, bad: 0, fraud: 0 };

async function writeMonth(month, times) {
  const name = `2026-${String(month + 1).padStart(2, '0')}`;
  const transactions = createWriteStream(join(options.out, `transactions-${name}.csv`));
  const labels = createWriteStream(join(options.out, 'labels', `labels-${name}.csv`));
  let rowText =
    'transaction_id,at,amount,merchant_category,hour,distance_km,device_age_days,country,age_group,transactions_last_day,is_online\n';
  let labelText = 'transaction_id,is_fraud,reported_at\n';
  const made = times.map(transaction).sort((a, b) => a.at - b.at);
  for (const row of made) {
    const id = `tx${String(++written.transactions).padStart(8, '0')}`;
    const cells = [
      id,
      iso(row.at),
      row.amount.toFixed(2),
      row.category,
      String(row.hour),
      row.distance.toFixed(1),
      String(Math.floor(row.deviceAge)),
      row.country,
      row.age,
      String(row.lastDay),
      String(row.online),
    ];
    const spoilt = [...cells];
    let lines = 1;
    if (chance(badShare)) {
      written.bad++;
      const way = whole(0, spoilers.length);
      if (way === spoilers.length) lines = 2;
      else spoilers[way](spoilt);
    }
    rowText += `${spoilt.join(',')}\n`.repeat(lines);
    if (row.isFraud) written.fraud++;
    labelText += `${id},${chance(0.0005) ? '' : row.isFraud},${iso(row.at + between(1, 10) * day)}\n`;
    if (rowText.length > 1 << 16) {
      if (!transactions.write(rowText)) await once(transactions, 'drain');
      if (!labels.write(labelText)) await once(labels, 'drain');
      rowText = labelText = '';
    }
  }
  transactions.end(rowText);
  labels.end(labelText);
  await Promise.all([once(transactions, 'close'), once(labels, 'close')]);
}

await mkdir(join(options.out, 'labels'), { recursive: true });
const months = Array.from({ length: 6 }, () => []);
for (let d = 0; d < days; d++) {
  const midnight = start + d * day;
  const weekday = new Date(midnight).getUTCDay();
  const count = Math.round((rows / days) * [0.85, 0.95, 0.97, 1, 1.05, 1.15, 1.03][weekday]);
  const list = months[new Date(midnight).getUTCMonth()];
  for (let i = 0; i < count; i++) list.push(midnight);
}
for (const [month, times] of months.entries()) await writeMonth(month, times);
console.log(
  `${written.transactions} transactions, ${written.fraud} of them fraud, ${written.bad} rows spoilt, in ${options.out}`,
);
