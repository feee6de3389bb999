import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsIn } from '../../engine/checks/secrets.ts';

const found = (text: string) => secretsIn(text).map(({ start, end }) => text.slice(start, end));

test('passwords in addresses of databases are found, before the host and in parameters', () => {
  assert.deepEqual(found('mysql://ada:hunter2@db:3306/shop'), ['hunter2']);
  assert.deepEqual(found('mariadb://ada:hunter2@db/shop?ssl-mode=required'), ['hunter2']);
  assert.deepEqual(found('mssql+pyodbc://ada:hunter2@db/shop?driver=x'), ['hunter2']);
  assert.deepEqual(found('jdbc:mysql://db/shop?user=ada&password=hunter2&useSSL=true'), ['hunter2']);
  assert.deepEqual(found('mssql+pyodbc:///?odbc_connect=SERVER%3Dh%3BPWD%3Dhunter2%3BDATABASE%3Dd'), ['hunter2']);
  assert.deepEqual(found('mssql+pyodbc:///?odbc_connect=SERVER=h;UID=ada;PWD=hunter2'), ['hunter2']);
});

test('references to the environment and addresses without a password are not', () => {
  for (const text of [
    '${env.MYSQL_URL}',
    'mysql://ada:${env.PASSWORD}@db/shop',
    'mysql://ada@db/shop?ssl-mode=required',
    'jdbc:mysql://db/shop?password=${env.PASSWORD}',
    'sqlite:///shop.db',
    'https://example.org/a.csv?page=2',
  ])
    assert.deepEqual(found(text), [], text);
});
