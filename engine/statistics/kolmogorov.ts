/**
 * P(Dₙ ≥ d) of the one-sample two-sided statistic by Pelz and Good (1976): Kolmogorov's limit with terms down to
 * n^(−3/2), in theta-function form. Within 1e-8 from n = 1000 on. scipy's kstwo.sf uses it there.
 */
export function pelzGoodTail(n: number, d: number): number {
  if (d <= 0) return 1;
  if (d >= 1) return 0;
  const z = Math.sqrt(n) * d;
  if (z < 0.042) return 1;
  if (z > 18) return 0;
  const pi2 = Math.PI ** 2;
  const [z2, z4, z6] = [z ** 2, z ** 4, z ** 6];
  const q = Math.exp(-pi2 / (8 * z2));
  const sums: Terms = [0, 0, 0, 0];
  for (let k = Math.ceil((16 * z) / Math.PI); k >= 1; k--) {
    const odd = 2 * k - 1;
    const power = q ** (odd * odd);
    const [m2, m4, m6] = [odd ** 2, odd ** 4, odd ** 6];
    sums[0] += power;
    sums[1] += power * (-z2 + (pi2 / 4) * m2);
    sums[2] += power * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * pi2 * m2) / 4 + ((1 - 2 * z2) * pi2 ** 2 * m4) / 16);
    sums[3] +=
      power *
      (-30 * z6 -
        90 * z ** 8 +
        (pi2 * (135 * z4 - 96 * z6) * m2) / 4 +
        (pi2 ** 2 * (-60 * z2 + 212 * z4) * m4) / 16 +
        (pi2 ** 3 * (5 - 30 * z2) * m6) / 64);
  }
  const root = Math.sqrt(2 * Math.PI);
  const terms: Terms = [
    (root * sums[0]) / z,
    (root * sums[1]) / (6 * z4),
    (root * sums[2]) / (72 * z ** 7),
    (root * sums[3]) / (6480 * z ** 10),
  ];
  const p = Math.exp(-pi2 / (2 * z2));
  for (let k = Math.ceil((16 * z) / Math.PI); k >= 1; k--) {
    const power = p ** (k * k) * k * k;
    terms[2] += (power * pi2 * root) / (-36 * z ** 3);
    terms[3] += ((3 * z2 - pi2 * k * k) * power * pi2 * root) / (216 * z6);
  }
  return 1 - terms[0] - terms[1] / Math.sqrt(n) - terms[2] / n - terms[3] / n ** 1.5;
}

type Terms = [number, number, number, number];

/**
 * P(Dₙ ≥ d) for any n, by the regions of Simard and L'Ecuyer (2011), as scipy's kstwo.sf: near 0 Marsaglia, Tsang and
 * Wang's matrix power, in the tail twice Smirnov's one-sided sum, else Pelz and Good.
 */
export function kolmogorovTail(n: number, d: number): number {
  const t = n * d;
  if (d >= 1) return 0;
  if (t <= 0.5) return 1;
  const square = t * d;
  if (square >= 370) return 0;
  if (d >= 0.5 || square >= (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * smirnovTail(n, d));
  const tail = n <= 140 || (n <= 100_000 && n * d ** 1.5 <= 1.4) ? 1 - matrixPower(n, d) : pelzGoodTail(n, d);
  return Math.min(1, Math.max(0, tail));
}

/** P(D⁺ₙ ≥ d), Smirnov's sum of positive terms: Σ C(n, j)·d·(d + j/n)^(j−1)·(1 − d − j/n)^(n−j). */
function smirnovTail(n: number, d: number): number {
  let [sum, logBinomial] = [0, 0];
  for (let j = 0; j / n < 1 - d; j++) {
    const rest = 1 - d - j / n;
    if (rest > 0) sum += Math.exp(logBinomial + Math.log(d) + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(rest));
    logBinomial += Math.log((n - j) / (j + 1));
  }
  return sum;
}

/**
 * P(Dₙ < d) by Marsaglia, Tsang and Wang (2003): n!/nⁿ times the middle of the n-th power of a (2k − 1)-square matrix,
 * k = ⌊nd⌋ + 1.
 */
function matrixPower(n: number, d: number): number {
  const k = Math.floor(n * d) + 1;
  const m = 2 * k - 1;
  const h = k - n * d;
  const base = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) base[i * m + j] = i - j + 1 < 0 ? 0 : 1;
  for (let i = 0; i < m; i++) {
    base[i * m] = (base[i * m] ?? 0) - h ** (i + 1);
    base[(m - 1) * m + i] = (base[(m - 1) * m + i] ?? 0) - h ** (m - i);
  }
  base[(m - 1) * m] = (base[(m - 1) * m] ?? 0) + (2 * h - 1 > 0 ? (2 * h - 1) ** m : 0);
  for (let i = 0; i < m; i++) {
    let factorial = 1;
    for (let j = i; j >= 0; j--) {
      factorial *= i - j + 1;
      base[i * m + j] = (base[i * m + j] ?? 0) / factorial;
    }
  }
  let power: Scaled = { values: base, exponent: 0 };
  let result: Scaled | null = null;
  for (let bits = n; bits > 0; bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) result = result ? multiply(result, power, m) : power;
    if (bits > 1) power = multiply(power, power, m);
  }
  let logarithm = Math.log(result?.values[(k - 1) * m + k - 1] ?? 0) + (result?.exponent ?? 0) * Math.LN10;
  for (let i = 1; i <= n; i++) logarithm += Math.log(i / n);
  return Math.exp(logarithm);
}

/** A square matrix times 10^exponent, so that high powers do not overflow. */
interface Scaled {
  values: Float64Array;
  exponent: number;
}

function multiply(a: Scaled, b: Scaled, m: number): Scaled {
  const values = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < m; k++) {
      const factor = a.values[i * m + k] ?? 0;
      if (factor === 0) continue;
      for (let j = 0; j < m; j++) values[i * m + j] = (values[i * m + j] ?? 0) + factor * (b.values[k * m + j] ?? 0);
    }
  }
  let exponent = a.exponent + b.exponent;
  if ((values[((m - 1) / 2) * m + (m - 1) / 2] ?? 0) > 1e140) {
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * 1e-140;
    exponent += 140;
  }
  return { values, exponent };
}
