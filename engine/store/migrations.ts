/**
 * One entry per version of the store, applied in order; `PRAGMA user_version` is the number of applied entries. Never
 * edit a released entry: add one.
 */
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
  // Versions of data that can be compared and restored: their files, schema, profile, and the position in their source.
  `
  ALTER TABLE snapshots ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE snapshots ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE snapshots ADD COLUMN profile TEXT;
  ALTER TABLE snapshots ADD COLUMN schema_hash TEXT;
  ALTER TABLE snapshots ADD COLUMN state TEXT;
  CREATE TABLE schema_texts (hash TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX run_inputs_by_snapshot ON run_inputs (snapshot_id);
  `,
  // Runs of any tool: experiments, points stored once in the order of their curve, logged models, MLflow's registered
  // models, saved views.
  `
  CREATE TABLE experiments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, artifact_location TEXT, lifecycle TEXT NOT NULL DEFAULT 'active', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT;
  INSERT INTO experiments (id, name, created_at, updated_at) SELECT 0, 'default', ifnull(min(started_at), CAST(unixepoch('subsec') * 1000 AS INTEGER)), ifnull(min(started_at), CAST(unixepoch('subsec') * 1000 AS INTEGER)) FROM runs WHERE experiment = 'default';
  INSERT INTO experiments (name, created_at, updated_at) SELECT experiment, min(started_at), max(started_at) FROM runs WHERE experiment <> 'default' GROUP BY experiment ORDER BY min(started_at);
  CREATE TABLE experiment_tags (experiment INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (experiment, key)) STRICT, WITHOUT ROWID;

  ALTER TABLE runs RENAME TO old_runs;
  DROP INDEX runs_by_start;
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, experiment TEXT NOT NULL, status TEXT NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER, starred INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0, deleted_at INTEGER,
    source TEXT NOT NULL DEFAULT 'loopwright', user_id TEXT NOT NULL DEFAULT '', artifact_uri TEXT,
    commit_hash TEXT, dirty INTEGER NOT NULL DEFAULT 0, code TEXT NOT NULL DEFAULT '{}', seed INTEGER, progress TEXT, as_of INTEGER,
    pid INTEGER, pid_started TEXT, environment TEXT NOT NULL DEFAULT '{}', command TEXT NOT NULL DEFAULT ''
  ) STRICT;
  INSERT INTO runs (run_id, name, experiment, status, started_at, ended_at, starred, commit_hash, dirty, seed, progress, as_of, pid, pid_started, environment, command)
    SELECT run_id, name, experiment, status, started_at, ended_at, starred, commit_hash, dirty, seed, progress, as_of, pid, pid_started, environment, command FROM old_runs ORDER BY started_at;
  DROP TABLE old_runs;
  CREATE INDEX runs_by_start ON runs (started_at DESC, run_id);
  CREATE INDEX runs_by_experiment ON runs (experiment, started_at DESC, run_id);
  CREATE INDEX runs_in_use ON runs (experiment) WHERE deleted_at IS NULL AND archived = 0;
  CREATE INDEX runs_unfinished ON runs (status) WHERE status IN ('running', 'scheduled');

  ALTER TABLE params RENAME TO old_params;
  CREATE TABLE params (run INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, json INTEGER NOT NULL DEFAULT 0, number REAL, PRIMARY KEY (run, key)) STRICT, WITHOUT ROWID;
  INSERT INTO params (run, key, value, json, number)
    SELECT r.id, p.key, CASE json_type(p.value) WHEN 'text' THEN p.value ->> '$' ELSE p.value END, json_type(p.value) <> 'text', CASE WHEN json_type(p.value) IN ('integer', 'real') THEN CAST(p.value AS REAL) END
    FROM old_params p JOIN runs r ON r.run_id = p.run_id;
  DROP TABLE old_params;
  CREATE INDEX params_by_number ON params (key, number, run);
  CREATE INDEX params_by_value ON params (key, value, run);

  ALTER TABLE tags RENAME TO old_tags;
  CREATE TABLE tags (run INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) STRICT, WITHOUT ROWID;
  INSERT INTO tags SELECT r.id, t.key, t.value FROM old_tags t JOIN runs r ON r.run_id = t.run_id;
  DROP TABLE old_tags;
  CREATE INDEX tags_by_key ON tags (key, run);
  CREATE INDEX children ON tags (value, run) WHERE key = 'mlflow.parentRunId';

  CREATE TABLE metric_keys (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
  INSERT INTO metric_keys (key) SELECT DISTINCT key FROM latest_metrics ORDER BY key;
  CREATE TABLE points (
    run INTEGER NOT NULL, key INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, is_nan INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (run, key, step, at, value, is_nan)
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO points SELECT r.id, k.id, m.step, m.at, ifnull(m.value, 0), m.is_nan FROM metrics m JOIN runs r ON r.run_id = m.run_id JOIN metric_keys k ON k.key = m.key;
  CREATE TABLE latest (
    run INTEGER NOT NULL, key INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, is_nan INTEGER NOT NULL DEFAULT 0, count INTEGER NOT NULL, PRIMARY KEY (run, key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO latest SELECT run, key, step, at, value, is_nan, count FROM (
    SELECT *, count(*) OVER (PARTITION BY run, key) AS count, row_number() OVER (PARTITION BY run, key ORDER BY step DESC, at DESC, value DESC) AS place FROM points
  ) WHERE place = 1;
  DROP TABLE metrics;
  DROP TABLE latest_metrics;
  CREATE INDEX latest_by_value ON latest (key, is_nan, value, run);

  CREATE TABLE mlflow_datasets (
    id INTEGER PRIMARY KEY, experiment INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, source_type TEXT NOT NULL, source TEXT NOT NULL, schema TEXT, profile TEXT, UNIQUE (experiment, name, digest)
  ) STRICT;
  CREATE TABLE dataset_inputs (run INTEGER NOT NULL, dataset INTEGER NOT NULL, tags TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (run, dataset)) STRICT, WITHOUT ROWID;
  CREATE INDEX dataset_inputs_by_dataset ON dataset_inputs (dataset, run);
  CREATE TABLE logged_models (
    model_id TEXT PRIMARY KEY, experiment INTEGER NOT NULL, name TEXT NOT NULL, artifact_location TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, status TEXT NOT NULL,
    status_message TEXT, model_type TEXT, source_run_id TEXT, deleted_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX logged_models_by_experiment ON logged_models (experiment, created_at DESC);
  CREATE TABLE logged_model_params (model_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model_id, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE logged_model_tags (model_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model_id, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE logged_model_metrics (
    model_id TEXT NOT NULL, key TEXT NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, is_nan INTEGER NOT NULL, run_id TEXT NOT NULL, dataset_name TEXT NOT NULL, dataset_digest TEXT NOT NULL,
    PRIMARY KEY (model_id, key, step, at, value, is_nan, run_id, dataset_name, dataset_digest)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE run_models (run INTEGER NOT NULL, model_id TEXT NOT NULL, direction TEXT NOT NULL, step INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (run, model_id, direction)) STRICT, WITHOUT ROWID;

  CREATE TABLE registered_models (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, description TEXT NOT NULL DEFAULT '', last_version INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
  INSERT INTO registered_models (name, created_at, updated_at, last_version) SELECT model, min(created_at), max(created_at), max(version) FROM model_versions GROUP BY model;
  CREATE TABLE registered_model_tags (model TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE model_version_tags (model TEXT NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, version, key)) STRICT, WITHOUT ROWID;
  ALTER TABLE model_versions RENAME TO old_model_versions;
  CREATE TABLE model_versions (
    model TEXT NOT NULL, version INTEGER NOT NULL, run_id TEXT NOT NULL, path TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    report TEXT, summary TEXT, source TEXT, model_id TEXT, run_link TEXT, user_id TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT 'None', description TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'READY', status_message TEXT, PRIMARY KEY (model, version)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, report, summary) SELECT model, version, run_id, path, created_at, created_at, report, summary FROM old_model_versions;
  DROP TABLE old_model_versions;
  CREATE INDEX model_versions_by_run ON model_versions (run_id);

  CREATE TABLE imports (source TEXT NOT NULL, source_id TEXT NOT NULL, id TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '', PRIMARY KEY (source, source_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE texts (hash TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO texts SELECT hash, text FROM schema_texts;
  DROP TABLE schema_texts;
  CREATE TABLE views (name TEXT PRIMARY KEY, state TEXT NOT NULL, saved_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // Indexes for lists of runs: deleted runs, names in order, short values of tags, and the filterable columns without
  // long texts.
  `
  CREATE INDEX runs_put_away ON runs (archived) WHERE deleted_at IS NOT NULL OR archived = 1;
  CREATE INDEX runs_by_name ON runs (name COLLATE NOCASE, started_at DESC, run_id);
  CREATE INDEX runs_by_status ON runs (status, started_at, ended_at, starred, archived, deleted_at, dirty, seed, source, user_id, experiment, name, commit_hash, run_id);
  CREATE INDEX tags_by_value ON tags (key, value, run) WHERE length(CAST(value AS BLOB)) <= 250;
  CREATE INDEX tags_long ON tags (key, run) WHERE length(CAST(value AS BLOB)) > 250;
  `,
  // A run whose stages ran and whose gates failed is refused, not failed.
  `
  UPDATE runs SET status = 'refused' WHERE status = 'failed' AND run_id IN (SELECT s.run_id FROM run_stages s WHERE s.status = 'failed' AND s.error GLOB '[0-9]* of [0-9]* gates said no*');
  UPDATE run_stages SET status = 'refused' WHERE status = 'failed' AND error GLOB '[0-9]* of [0-9]* gates said no*';
  UPDATE run_stages SET error = replace(replace(error, ' gates said no to version ', ' gates failed for version '), ' gates said no: ', ' gates failed: ') WHERE status = 'refused';
  `,
  // Liveness is a lease: the machine and process namespace of a process id, the last heartbeat, and when another
  // machine observed it.
  `
  CREATE TABLE leases (
    owner TEXT PRIMARY KEY, host TEXT NOT NULL, machine TEXT NOT NULL, boot TEXT NOT NULL, pids TEXT NOT NULL,
    pid INTEGER NOT NULL, pid_started TEXT, heartbeat INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lease_sightings (
    owner TEXT NOT NULL, observer TEXT NOT NULL, heartbeat INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (owner, observer)
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE runs ADD COLUMN owner TEXT;
  ALTER TABLE deployments ADD COLUMN owner TEXT;
  `,
  // The outcome of a gate has a kind. A gate without a value passed only when there was no champion to compare with.
  `
  UPDATE gates SET result = json_set(
    result, '$.kind',
    CASE
      WHEN result ->> '$.value' IS NOT NULL THEN iif(result ->> '$.passed', 'passed', 'failed')
      ELSE iif(result ->> '$.passed', 'no_champion', 'no_value')
    END
  )
  WHERE result ->> '$.kind' IS NULL;
  `,
  // Predictions record the request, version and role; windows are separate per role; evaluations of the retraining
  // policy are stored. Old rows get a model when only one model has their version number.
  `
  ALTER TABLE predictions RENAME COLUMN model_version TO version;
  ALTER TABLE predictions ADD COLUMN request_id TEXT;
  ALTER TABLE predictions ADD COLUMN model TEXT;
  ALTER TABLE predictions ADD COLUMN role TEXT NOT NULL DEFAULT 'stable';
  ALTER TABLE predictions ADD COLUMN trace TEXT;
  ALTER TABLE prediction_files RENAME COLUMN model_version TO version;
  ALTER TABLE prediction_files ADD COLUMN model TEXT;
  ALTER TABLE prediction_files ADD COLUMN role TEXT NOT NULL DEFAULT 'stable';
  CREATE TEMP TABLE only_models AS
    SELECT version, min(model) AS model FROM model_versions WHERE report IS NOT NULL GROUP BY version HAVING count(*) = 1;
  UPDATE predictions SET model = (SELECT o.model FROM only_models o WHERE o.version = predictions.version);
  UPDATE prediction_files SET model = (SELECT o.model FROM only_models o WHERE o.version = prediction_files.version);

  ALTER TABLE windows RENAME TO old_windows;
  CREATE TABLE windows (
    id INTEGER PRIMARY KEY, monitor TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    model TEXT, version INTEGER, role TEXT NOT NULL, status TEXT NOT NULL, result TEXT NOT NULL, evaluated_at INTEGER NOT NULL,
    UNIQUE (monitor, start, role)
  ) STRICT;
  INSERT INTO windows
    SELECT id, monitor, start, end, NULL, coalesce(result ->> '$.referenceVersion', result ->> '$.modelVersions[#-1]'),
      'stable', result ->> '$.status', result, evaluated_at
    FROM old_windows;
  UPDATE windows SET model = (SELECT o.model FROM only_models o WHERE o.version = windows.version);
  DROP TABLE old_windows;
  DROP TABLE only_models;

  CREATE TABLE decisions (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, policy_hash TEXT NOT NULL, inputs_hash TEXT NOT NULL,
    evidence TEXT NOT NULL, verdict TEXT NOT NULL, actor TEXT NOT NULL
  ) STRICT;
  `,
  // Changes of aliases have a kind and an actor; the kind of old rows is derived from their text, which no code reads
  // any more. Events have a model and an actor, and an audit log chains every change of the registry.
  `
  ALTER TABLE alias_history ADD COLUMN kind TEXT NOT NULL DEFAULT 'set';
  ALTER TABLE alias_history ADD COLUMN actor TEXT NOT NULL DEFAULT '';
  UPDATE alias_history SET kind = CASE
    WHEN version IS NULL AND why = 'became champion' THEN 'cleared'
    WHEN version IS NULL THEN 'removed'
    WHEN alias = 'champion' AND why = 'rolled back from ' || previous THEN 'rolled back'
    WHEN why = 'set through MLflow' THEN 'set'
    WHEN alias = 'champion' THEN 'promoted'
    WHEN alias = 'challenger' AND why = 'passed its gates' THEN 'registered'
    WHEN alias = 'challenger' AND why = 'chosen by hand' THEN 'chosen'
    ELSE 'set' END;
  ALTER TABLE events ADD COLUMN model TEXT;
  ALTER TABLE events ADD COLUMN actor TEXT NOT NULL DEFAULT '';
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    hash TEXT NOT NULL, previous_hash TEXT NOT NULL
  ) STRICT;
  `,
  // Gates belong to a stage of a run, so that those of a second stage do not replace those of the first.
  `
  ALTER TABLE gates ADD COLUMN stage TEXT NOT NULL DEFAULT '';
  `,
  // A command without metrics and gates measures nothing, and restored data has its first source in a field. Both were
  // recognised by their text before.
  `
  ALTER TABLE run_stages ADD COLUMN measured INTEGER NOT NULL DEFAULT 1;
  UPDATE run_stages SET measured = 0 WHERE kind = 'cmd' AND summary = 'exit code 0';
  UPDATE snapshots SET detail = json_set(detail, '$.restored', json_object(
    'from', substr(source, 15, 8), 'source', substr(source, instr(source, ': ') + 2)))
  WHERE source GLOB 'restored from [0-9a-f]*: *';
  `,
  // A prediction has two times: of the model's function, which old rows have, and of the whole request, which a client
  // waits for. Rules of the schema that an answered row breaks are stored with it.
  `
  ALTER TABLE predictions RENAME COLUMN latency_ms TO predict_ms;
  ALTER TABLE predictions ADD COLUMN request_ms REAL;
  ALTER TABLE predictions ADD COLUMN warnings TEXT;
  `,
  // The state of files and lock in which the many inputs of a stage were found unchanged, so that they are not compared
  // one by one again.
  `
  CREATE TABLE same_inputs (stage TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // The audit is append-only. Promotions keep their gates, reasons and evidence; approvals and comments of versions; the
  // person who registered a version. Aliases that an import set before it wrote history get their first entry.
  `
  CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit of the registry is append-only');
  END;
  CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit of the registry is append-only');
  END;
  CREATE TRIGGER audit_refuses_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'the audit of the registry is append-only');
  END;
  ALTER TABLE alias_history ADD COLUMN recorded_at INTEGER;
  INSERT INTO alias_history (model, alias, version, at, kind, why, actor)
    SELECT a.model, a.alias, a.version, ifnull(e.at, v.created_at), 'imported', '', ifnull(e.actor, '')
    FROM aliases a JOIN model_versions v ON v.model = a.model AND v.version = a.version
    LEFT JOIN audit e ON e.id = (
      SELECT max(id) FROM audit
      WHERE action = 'alias set' AND subject ->> '$.model' = a.model AND subject ->> '$.alias' = a.alias)
    WHERE NOT EXISTS (SELECT 1 FROM alias_history h WHERE h.model = a.model AND h.alias = a.alias);
  ALTER TABLE model_versions ADD COLUMN registered_by TEXT NOT NULL DEFAULT '';
  UPDATE model_versions SET registered_by = ifnull((
    SELECT e.actor FROM audit e
    WHERE e.action = 'version registered' AND e.subject ->> '$.model' = model_versions.model
      AND e.subject ->> '$.version' = model_versions.version
    ORDER BY e.id DESC LIMIT 1), '');
  CREATE TABLE promotions (
    id INTEGER PRIMARY KEY, model TEXT NOT NULL, version INTEGER NOT NULL, previous INTEGER, kind TEXT NOT NULL,
    at INTEGER NOT NULL, recorded_at INTEGER NOT NULL, actor TEXT NOT NULL, why TEXT NOT NULL,
    override_reason TEXT, gates TEXT NOT NULL, statement TEXT
  ) STRICT;
  CREATE INDEX promotions_by_version ON promotions (model, version);
  CREATE TABLE version_approvals (
    id INTEGER PRIMARY KEY, model TEXT NOT NULL, version INTEGER NOT NULL, stage TEXT NOT NULL, is_given INTEGER NOT NULL,
    at INTEGER NOT NULL, actor TEXT NOT NULL, why TEXT NOT NULL, report_hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX approvals_by_version ON version_approvals (model, version);
  CREATE TABLE version_comments (
    id INTEGER PRIMARY KEY, model TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX comments_by_version ON version_comments (model, version);
  `,
];
