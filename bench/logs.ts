import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../engine/data/database.ts';

// How long a collect of logs takes, whole: reading, checking by a schema, writing Parquet, profiling and keeping a
// version, with the bundle of `npm run build` where there is one. In the same run, for the access log, Python's `re`
// reads a tenth of it, and writes nothing, and DuckDB alone writes the same Parquet: with a regular expression, and from
// fields that are split already; for JSON lines, DuckDB's read_json writes it.
// Usage: node bench/logs.ts [lines, default 10000000] [kinds, default access,json,logfmt,pattern]
const lines = Number(process.argv[2] ?? 10_000_000);
const kinds = (process.argv[3] ?? 'access,json,logfmt,pattern').split(',');
const bundle = join(import.meta.dirname, '../dist/cli.cjs');
const cli = existsSync(bundle) ? bundle : join(import.meta.dirname, '../cli/main.ts');
const root = mkdtempSync(join(tmpdir(), 'loopwright-bench-logs-'));

async function write(path: string, line: (i: number) => string, count = lines): Promise<void> {
  const out = createWriteStream(path, { highWaterMark: 8 << 20 });
  for (let i = 0; i < count;) {
    let text = '';
    for (const end = Math.min(count, i + 20_000); i < end; i++) text += line(i);
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

let state = 1;
const random = (upTo: number) => (state = (state * 48271) % 2147483647) % upTo;
const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0',
  'curl/8.5.0',
];
const paths = ['/', '/login', '/api/v1/items/', '/static/app.js?v=', '/search?q='];
const statuses = [200, 200, 200, 200, 304, 404, 500];
const ip = () => `${random(223) + 1}.${random(256)}.${random(256)}.${random(256)}`;
const path = (i: number) => {
  const base = paths[random(paths.length)] ?? '/';
  return /[/=]$/.test(base) && base.length > 1 ? `${base}${i}` : base;
};
const time = (i: number) => new Date(1_700_000_000_000 + i * 10).toISOString();
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const apacheTime = (i: number) => {
  const at = time(i);
  return `${at.slice(8, 10)}/${months[Number(at.slice(5, 7)) - 1]}/${at.slice(0, 4)}:${at.slice(11, 19)} +0000`;
};

const field = (name: string, type = 'string') => `  - { name: ${name}, type: ${type} }\n`;
const own =
  '^(?<time>\\S+) \\[(?<level>[A-Z]+)\\] (?<ip>\\S+) (?<method>[A-Z]+) (?<path>\\S+) -> (?<status>\\d{3}) in (?<bytes>\\d+) bytes: (?<msg>.*)$';
const status = () => statuses[random(7)];
const agent = () => agents[random(3)];
const logs: Record<string, { file: string; from: string; line: (i: number) => string; fields: string[] }> = {
  access: {
    file: 'access.log',
    from: 'format: combined',
    line: (i) =>
      `${ip()} - - [${apacheTime(i)}] "GET ${path(i)} HTTP/1.1" ${status()} ${random(90_000)} "https://example.com/" "${agent()}"\n`,
    fields: ['host', 'user', 'method', 'path', 'protocol', 'referer', 'agent'],
  },
  json: {
    file: 'app.jsonl',
    from: 'format: json',
    line: (i) =>
      `{"time":"${time(i)}","level":"info","msg":"request served","ip":"${ip()}","path":"${path(i)}","status":${status()},"bytes":${random(90_000)},"http":{"method":"GET","agent":"${agent()}"}}\n`,
    fields: ['level', 'msg', 'ip', 'path', 'http.method'],
  },
  logfmt: {
    file: 'app.logfmt',
    from: 'format: logfmt',
    line: (i) =>
      `time=${time(i)} level=info msg="request served" ip=${ip()} path="${path(i)}" status=${status()} bytes=${random(90_000)} method=GET agent="${agent()}"\n`,
    fields: ['level', 'msg', 'ip', 'path', 'method'],
  },
  pattern: {
    file: 'app.txt',
    from: `format: pattern, pattern: '${own}'`,
    line: (i) =>
      `${time(i)} [INFO] ${ip()} GET ${path(i)} -> ${status()} in ${random(90_000)} bytes: served by ${random(16)}\n`,
    fields: ['level', 'ip', 'method', 'path', 'msg'],
  },
};
const datasets = kinds.map((kind) => `  ${kind}: { path: data/${kind}.parquet, schema: ${kind}.dataset.yaml }\n`);
const stages = kinds.map(
  (kind) =>
    `  ${kind}: { uses: collect, with: { dataset: ${kind}, from: { logs: ${logs[kind]?.file}, ${logs[kind]?.from} } } }\n`,
);
writeFileSync(
  join(root, 'loopwright.yaml'),
  `version: 1\nproject: p\ndatasets:\n${datasets.join('')}stages:\n${stages.join('')}`,
);
for (const kind of kinds)
  writeFileSync(
    join(root, `${kind}.dataset.yaml`),
    `fields:\n${field('time', 'datetime')}${(logs[kind]?.fields ?? []).map((name) => field(name)).join('')}${field('status', 'integer')}${field('bytes', 'integer')}`,
  );

const usage =
  'data:text/javascript,process.on("exit",()=>{const u=process.resourceUsage();console.error("USAGE "+JSON.stringify([(u.userCPUTime+u.systemCPUTime)/1e6,u.maxRSS]))})';

function collect(stage: string): void {
  const start = performance.now();
  const { stderr, status } = spawnSync(process.execPath, ['--import', usage, cli, 'run', stage], {
    cwd: root,
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(stderr);
  const [cpu = 0, rss = 0] = JSON.parse(/USAGE (.*)/.exec(stderr)?.[1] ?? '[]') as number[];
  console.log(
    `${stage}: ${lines.toLocaleString('en-US')} lines in ${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of processor, at most ${Math.round(rss / 1024)} MB`,
  );
}

try {
  mkdirSync(join(root, 'data'));
  console.log(`${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}; ${cli}`);
  for (const kind of kinds) {
    const { file, line } = logs[kind] ?? {};
    if (file === undefined || line === undefined) throw new Error(`There is no kind ${kind}.`);
    await write(join(root, file), line);
    console.log(`${file}: ${(statSync(join(root, file)).size / 1e6).toFixed(0)} MB`);
    collect(kind);
    if (kind === 'access') await peersOfAccess();
    if (kind === 'json') await peerOfJson();
    rmSync(join(root, file));
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function measured(db: Database, name: string, sql: string): Promise<void> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  await db.run(sql);
  const used = process.cpuUsage(cpu);
  console.log(
    `${name}: ${((performance.now() - start) / 1000).toFixed(1)} s, ${((used.user + used.system) / 1e6).toFixed(1)} s of processor`,
  );
}

async function peerOfJson(): Promise<void> {
  const db = await openDatabase();
  const columns = `{time: 'TIMESTAMP', level: 'VARCHAR', msg: 'VARCHAR', ip: 'VARCHAR', path: 'VARCHAR', status: 'BIGINT', bytes: 'BIGINT', http: 'STRUCT(method VARCHAR)'}`;
  await measured(
    db,
    'DuckDB read_json to Parquet, nothing else',
    `COPY (SELECT * REPLACE (http.method AS http) FROM read_json('${join(root, 'app.jsonl')}', format = 'newline_delimited', columns = ${columns})) TO '${join(root, 'peer.parquet')}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
  );
  db.close();
}

async function peersOfAccess(): Promise<void> {
  const peer = spawnSync(
    'python3',
    [join(import.meta.dirname, 'logsPeer.py'), join(root, 'access.log'), String(lines / 10)],
    {
      encoding: 'utf8',
    },
  );
  console.log(`Python re, a tenth: ${peer.status === 0 ? peer.stdout.trim() : 'not measured'}`);
  const db = await openDatabase();
  const expression =
    '^(\\S+) (\\S+) (\\S+) \\[([^\\]]+)\\] "(\\S+) (\\S+) ([^"]*)" ([0-9]{3}) (\\S+) "([^"]*)" "([^"]*)"$';
  const names = [
    'host',
    'identity',
    'user',
    'time',
    'method',
    'path',
    'protocol',
    'status',
    'bytes',
    'referer',
    'agent',
  ];
  await measured(
    db,
    'DuckDB regexp_extract to Parquet, nothing else',
    `COPY (SELECT unnest(regexp_extract(line, '${expression}', ['${names.join("', '")}'])) FROM read_csv('${join(root, 'access.log')}', auto_detect = false, header = false, delim = '\u001f', quote = '', escape = '', columns = {'line': 'VARCHAR'})) TO '${join(root, 'peer.parquet')}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  const [collected, fields] = [join(root, 'data/access.parquet'), join(root, 'fields.tsv')];
  await db.run(
    `COPY (FROM '${collected}') TO '${fields}' (FORMAT csv, HEADER false, DELIMITER '\t', QUOTE '', ESCAPE '')`,
  );
  const columns = (await db.rows(`DESCRIBE FROM '${collected}'`)).map(
    (row) => `'${String(row['column_name'])}': '${String(row['column_type'])}'`,
  );
  await measured(
    db,
    'DuckDB, fields between tabs to Parquet, nothing else',
    `COPY (FROM read_csv('${fields}', auto_detect = false, header = false, delim = '\t', quote = '', escape = '', columns = {${columns.join(', ')}})) TO '${join(root, 'peer.parquet')}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
  );
  db.close();
}
