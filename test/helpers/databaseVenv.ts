import { pythonVenv } from './pythonVenv.ts';

/** The libraries through which a project's Python reads databases. */
export const databaseVenv = pythonVenv(
  'database-venv',
  ['sqlalchemy==2.*', 'pymysql', 'adbc-driver-sqlite', 'pyarrow'],
  ['sqlalchemy', 'pymysql', 'adbc_driver_sqlite.dbapi', 'pyarrow'],
);
