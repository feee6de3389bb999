import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { writeFiles } from '../../helpers/makeProject.ts';
import { runPostgres, withoutPostgres } from '../../helpers/postgres.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

const yaml = `version: 1
project: shop
env_file: .env
datasets:
  visits: { path: data/visits.parquet, schema: schemas/visits.dataset.yaml }
  orders: { path: data/orders.parquet, schema: schemas/orders.dataset.yaml }
  other: { path: data/other.parquet }
  people: { path: data/people.parquet }
stages:
  readVisits:
    uses: collect
    with: { dataset: visits, from: { files: incoming/*.csv } }
  pullOrders:
    uses: collect
    with:
      dataset: orders
      from: { sqlite: shop.db, query: SELECT * FROM orders, watermark: id }
  pullOther:
    uses: collect
    with:
      dataset: other
      from: { sqlite: shop.db, query: SELECT * FROM ordrs }
  pullPeople:
    uses: collect
    with:
      dataset: people
      from:
        postgres: \${env.DATABASE_URL}
        query: SELECT * FROM people
        watermark: id
`;

/** The server that the last stage reads; null where none is installed. */
let postgres: Awaited<ReturnType<typeof runPostgres>> | null = null;

async function startPeople(project: string): Promise<void> {
  if (withoutPostgres && process.env['CI']) throw new Error(withoutPostgres);
  if (withoutPostgres) return;
  postgres = await runPostgres();
  await postgres.query(
    `CREATE TABLE people (id int PRIMARY KEY, name text, born date, score numeric(6,2));
     INSERT INTO people SELECT i, 'person ' || i, date '1990-01-01' + i, i / 3.0 FROM generate_series(1, 321) i`,
  );
  writeFileSync(join(project, '.env'), `DATABASE_URL=${postgres.url}\n`);
}

function wear(project: string, theme: string): void {
  mkdirSync(join(project, '.vscode'), { recursive: true });
  writeFileSync(
    join(project, '.vscode/settings.json'),
    JSON.stringify({ 'workbench.colorTheme': theme, 'editor.minimap.enabled': false }),
  );
}

function makeShop(project: string): void {
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(join(project, 'shop.db'));
  db.exec(`CREATE TABLE orders (id INTEGER PRIMARY KEY, made TEXT, amount REAL, country TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO orders SELECT i, datetime('now', '-' || (500 - i) || ' minutes'), CASE i WHEN 4 THEN -1 ELSE i * 1.25 END,
      CASE i WHEN 4 THEN 'XX' ELSE 'DE' END FROM n`);
  db.close();
}

/** Looks at what sources would bring before anything is collected, from the lenses of their stages. */
export const sources: PersonSession = {
  prepare: async (folder) => {
    const project = join(folder, 'shop');
    writeFiles(project, {
      'loopwright.yaml': yaml,
      'incoming/1.csv': `id,page,seconds\n1,home,12\n2,cart,-3\n3,home,x\n`,
      'schemas/visits.dataset.yaml':
        'fields:\n  - { name: id, type: integer }\n  - { name: page, type: string }\n  - { name: seconds, type: integer, constraints: { minimum: 0 } }\n',
      'schemas/orders.dataset.yaml':
        'primaryKey: id\nfields:\n  - { name: id, type: integer }\n  - { name: made, type: datetime, loopwright: { role: timestamp } }\n  - { name: amount, type: number, constraints: { minimum: 0 } }\n  - { name: country, type: string, categories: [DE, FR] }\n',
    });
    makeShop(project);
    await startPeople(project);
    wear(project, 'Light 2026');
    return project;
  },
  finish: async () => postgres?.stop(),
  trust: true,
  tests: [
    {
      name: 'a lens above a stage opens the rows of its files beside the code',
      async run({ workbench }) {
        await workbench.openFile('loopwright.yaml');
        const { page } = workbench;
        await workbench.pressLens('Preview', '  readVisits:', () =>
          page.locator('.tab', { hasText: 'Preview: readVisits' }).isVisible(),
        );
        const frame = await workbench.webview('table.values tbody tr');
        const text = await frame.locator('.facts').innerText();
        assert.match(text, /Would bring 3 rows\./);
        assert.match(text, /2 of 3 shown rows do not fit schemas\/visits\.dataset\.yaml and would be quarantined\./);
        assert.deepEqual(await frame.locator('td.invalid bdi').allInnerTexts(), ['-3', 'x']);
        await workbench.picture('sources-files');
      },
    },
    {
      name: 'Test connection says that a database answers, and its preview shows what it would bring',
      async run({ workbench, project }) {
        const { page } = workbench;
        wear(project, 'Dark 2026');
        await page.locator('.monaco-workbench.vs-dark').waitFor();
        const passed = page.locator('.codelens-decoration', { hasText: /connected in .* SQLite 3\./ });
        await workbench.pressLens('Test connection', '  pullOrders:', () => passed.isVisible());
        await workbench.pressLens('Preview', '  pullOrders:', () =>
          page.locator('.tab', { hasText: 'Preview: pullOrders' }).isVisible(),
        );
        const frame = await until('the rows of orders', async () => {
          const found = await workbench.webview('table.values tbody tr');
          return (await found.locator('h1').innerText()) === 'pullOrders' ? found : null;
        });
        assert.match(await frame.locator('.facts').innerText(), /Would bring 500 rows\.\s+Newest row .* behind\./);
        await frame.locator('table.values').focus();
        await page.keyboard.press('n');
        await frame.getByText('Row 4: amount: below minimum 0').waitFor();
        await workbench.picture('sources-database');
      },
    },
    {
      name: 'a preview behind another tab is read again when its lens is pressed',
      async run({ workbench }) {
        const { page } = workbench;
        await workbench.pressLens('Preview', '  readVisits:', () =>
          page.locator('.tab.active', { hasText: 'Preview: readVisits' }).isVisible(),
        );
        const frame = await workbench.webview('table.values');
        await frame.locator('table.values tbody tr', { hasText: 'cart' }).waitFor();
      },
    },
    {
      name: 'a missing table is told with the way to the line',
      async run({ workbench }) {
        const { page } = workbench;
        const failed = page.locator('.codelens-decoration', { hasText: /no such table: ordrs/ });
        await workbench.pressLens('Test connection', '  pullOther:', () => failed.isVisible());
        assert.match(
          await workbench.message(/no such table: ordrs/),
          /pullOther: The query failed: no such table: ordrs\. Did you mean `orders`\?/,
        );
        await workbench.picture('sources-failed');
        await workbench.pressInMessage('no such table', 'Show source');
        await until('the cursor on the line of the query', async () =>
          (await page.locator('#status\\.editor\\.selection').innerText()).startsWith('Ln 22,'),
        );
      },
    },
    {
      name: 'after a reload nothing connects until a person asks',
      async run({ workbench, project }) {
        wear(project, 'Default High Contrast');
        await workbench.page.reload();
        await workbench.ready();
        const frame = await workbench.webview('.empty');
        assert.match(await frame.locator('.empty').innerText(), /Not read yet/);
        await frame.locator('.empty vscode-button').click();
        await frame.locator('table.values tbody tr').first().waitFor();
        await workbench.picture('sources-contrast');
      },
    },
    {
      name: 'a PostgreSQL server answers, and a collection makes its preview old',
      async run({ workbench }) {
        const { page } = workbench;
        if (postgres === null) return;
        await workbench.openFile('loopwright.yaml');
        const passed = page.locator('.codelens-decoration', { hasText: /connected in .* PostgreSQL \d/ }).first();
        await workbench.pressLens('Test connection', '  pullPeople:', () => passed.isVisible());
        await workbench.pressLens('Preview', '  pullPeople:', () =>
          page.locator('.tab.active', { hasText: 'Preview: pullPeople' }).isVisible(),
        );
        const frame = await until('the rows of people', async () => {
          const found = await workbench.webview('table.values tbody tr');
          return (await found.locator('h1').innerText()) === 'pullPeople' ? found : null;
        });
        assert.match(await frame.locator('.facts').innerText(), /Would bring 321 rows\./);
        assert.match(await frame.locator('.about').innerText(), /PostgreSQL [\d.]+, database postgres/);
        await workbench.picture('sources-postgres');
        await frame.locator('#collect').click();
        await frame.locator('.note-bar', { hasText: /Collected since, .*321 rows/ }).waitFor({ timeout: 60_000 });
        await workbench.picture('sources-collected');
        await frame.locator('#read-again').click();
        await frame.locator('.facts', { hasText: 'Nothing new: no row has id after 321' }).waitFor();
        assert.equal(await frame.locator('.note-bar').count(), 0);
      },
    },
  ],
};
