/** One entry a version of the store, applied in order; `PRAGMA user_version` is the number applied. Never edit an entry that was released: add one. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, name TEXT NOT NULL, experiment TEXT NOT NULL, status TEXT NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER, starred INTEGER NOT NULL DEFAULT 0,
    commit_hash TEXT, dirty INTEGER NOT NULL DEFAULT 0, seed INTEGER, progress TEXT, as_of INTEGER,
    pid INTEGER, pid_started TEXT, environment TEXT NOT NULL DEFAULT '{}', command TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE INDEX runs_by_start ON runs (experiment, started_at DESC);
  CREATE TABLE params (run_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run_id, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE tags (run_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run_id, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE metrics (run_id TEXT NOT NULL, key TEXT NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL, is_nan INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE INDEX metrics_by_key ON metrics (run_id, key, step, at);
  CREATE TABLE latest_metrics (run_id TEXT NOT NULL, key TEXT NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL, is_nan INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (run_id, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE run_stages (
    run_id TEXT NOT NULL, stage TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
    started_at INTEGER, ended_at INTEGER, reasons TEXT NOT NULL DEFAULT '[]', summary TEXT NOT NULL DEFAULT '',
    exit_code INTEGER, error TEXT, child_pid INTEGER, child_started TEXT, PRIMARY KEY (run_id, stage)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX run_stages_by_stage ON run_stages (stage, started_at DESC);
  CREATE TABLE run_inputs (run_id TEXT NOT NULL, dataset TEXT NOT NULL, snapshot_id TEXT NOT NULL, PRIMARY KEY (run_id, dataset)) STRICT, WITHOUT ROWID;
  CREATE TABLE gates (run_id TEXT NOT NULL, position INTEGER NOT NULL, result TEXT NOT NULL, PRIMARY KEY (run_id, position)) STRICT, WITHOUT ROWID;
  CREATE TABLE snapshots (
    id TEXT PRIMARY KEY, dataset TEXT NOT NULL, hash TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, quarantined INTEGER NOT NULL,
    created_at INTEGER NOT NULL, parent TEXT, run_id TEXT, source TEXT NOT NULL DEFAULT '', columns TEXT NOT NULL DEFAULT '[]', detail TEXT NOT NULL DEFAULT '{}'
  ) STRICT;
  CREATE INDEX snapshots_by_dataset ON snapshots (dataset, created_at DESC);
  CREATE TABLE model_versions (
    model TEXT NOT NULL, version INTEGER NOT NULL, run_id TEXT NOT NULL, path TEXT NOT NULL, created_at INTEGER NOT NULL,
    report TEXT NOT NULL, summary TEXT NOT NULL, PRIMARY KEY (model, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE aliases (model TEXT NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (model, alias)) STRICT, WITHOUT ROWID;
  CREATE TABLE alias_history (id INTEGER PRIMARY KEY, model TEXT NOT NULL, alias TEXT NOT NULL, version INTEGER, previous INTEGER, at INTEGER NOT NULL, why TEXT NOT NULL) STRICT;
  CREATE TABLE deployments (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, url TEXT, model_version INTEGER, pid INTEGER, pid_started TEXT, started_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE predictions (
    id INTEGER PRIMARY KEY, deployment TEXT NOT NULL, at INTEGER NOT NULL, received_at INTEGER NOT NULL, model_version INTEGER NOT NULL,
    key TEXT, features TEXT NOT NULL, score REAL, prediction TEXT, latency_ms REAL NOT NULL, error TEXT
  ) STRICT;
  CREATE INDEX predictions_by_time ON predictions (deployment, at);
  CREATE TABLE prediction_files (
    id INTEGER PRIMARY KEY, deployment TEXT NOT NULL, path TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, rows INTEGER NOT NULL, model_version INTEGER NOT NULL, created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE windows (
    id INTEGER PRIMARY KEY, monitor TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, result TEXT NOT NULL, evaluated_at INTEGER NOT NULL, UNIQUE (monitor, start)
  ) STRICT;
  CREATE TABLE events (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, monitor TEXT, text TEXT NOT NULL, model_version INTEGER, run_id TEXT) STRICT;
  CREATE TABLE file_hashes (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, changed TEXT NOT NULL, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // Versions of data that can be compared and restored: their files, schema, profile, and where the next pull of their source goes on.
  `
  ALTER TABLE snapshots ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE snapshots ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE snapshots ADD COLUMN profile TEXT;
  ALTER TABLE snapshots ADD COLUMN schema_hash TEXT;
  ALTER TABLE snapshots ADD COLUMN state TEXT;
  CREATE TABLE schema_texts (hash TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX run_inputs_by_snapshot ON run_inputs (snapshot_id);
  `,
];
