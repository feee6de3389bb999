/** Tables by which the databases of tools are known. Each list stands for one tool; all of its tables are there. */
const ofTools: readonly (readonly string[])[] = [
  // MLflow.
  ['experiments', 'runs', 'params', 'metrics'],
  // Optuna.
  ['studies', 'trials', 'study_directions'],
  // Airflow, Prefect, Dagster.
  ['dag_run', 'task_instance'],
  ['flow_run', 'task_run'],
  ['event_logs', 'asset_keys'],
  // Subversion, Fossil and its checkouts.
  ['wcroot', 'nodes', 'pristine'],
  ['blob', 'delta', 'rcvfrom'],
  ['vfile', 'vvar'],
  // coverage.py, IPython, Jupyter, mypy, requests-cache, diskcache.
  ['coverage_schema', 'file'],
  ['sessions', 'history', 'output_history'],
  ['nbsignatures'],
  ['files2'],
  ['responses', 'redirects'],
  ['cache', 'settings'],
  // Loopwright, Weights & Biases, ClearML, Aim, LangChain, Chroma.
  ['runs', 'leases', 'snapshots'],
  ['full_llm_cache'],
  ['embeddings_queue', 'collections', 'segments'],
];

/** Tables of frameworks beside those of the user. */
const bookkeeping =
  /^(alembic_version|schema_migrations|ar_internal_metadata|knex_migrations(_lock)?|_prisma_migrations|__efmigrationshistory|flyway_schema_history|databasechangelog(lock)?|goose_db_version|migrations?|django_.*|auth_(permission|group|group_permissions|user_groups|user_user_permissions)|spatial_ref_sys|geometry_columns|_?litestream_.*|__drizzle_migrations|_cf_kv)$/i;

/** True for the database of a tool, such as MLflow's, which is no data of the user. */
export function isOfTool(tables: readonly string[]): boolean {
  const names = new Set(tables.map((name) => name.toLowerCase()));
  return ofTools.some((own) => own.every((name) => names.has(name)));
}

/** True for a table in which a framework keeps books, such as its migrations. */
export function isBookkeeping(table: string): boolean {
  return bookkeeping.test(table);
}
