"""Reads the rows of a query for a collect stage, in the Python of the project, through SQLAlchemy or ADBC.

It reads one request (a line of JSON) from standard input: `dsn`, `query`, `watermark`, `since`, `inclusive`, `batch`,
`limit` and `out`. Rows go to the file `out` as text, one line a row: fields in quotes, NULL as an empty field, and a 0 at
the end. Reports are lines of JSON on standard output; what drivers print goes to standard error. It ends when standard
input ends, so that it never outlives its owner. One file, because the Python of the project runs it.
"""

import base64
import datetime
import decimal
import importlib
import json
import math
import os
import re
import sys
import threading
import uuid

# The folder of this file is no place to import packages from.
sys.path = [path for path in sys.path if os.path.realpath(path or ".") != os.path.dirname(os.path.realpath(__file__))]

# Names of packages that differ from those of their modules.
PACKAGES = {
    "MySQLdb": "mysqlclient",
    "psycopg2": "psycopg2-binary",
    "cx_Oracle": "oracledb",
    "snowflake": "snowflake-sqlalchemy",
    "google": "sqlalchemy-bigquery",
    "clickhouse_driver": "clickhouse-driver",
    "ibm_db_sa": "ibm-db-sa",
}
# Packages that bring a dialect to SQLAlchemy.
DIALECTS = {
    "snowflake": "snowflake-sqlalchemy",
    "bigquery": "sqlalchemy-bigquery",
    "clickhouse": "clickhouse-sqlalchemy",
    "clickhousedb": "clickhouse-connect",
    "redshift": "sqlalchemy-redshift",
    "duckdb": "duckdb-engine",
    "trino": "trino",
    "presto": "pyhive",
    "hive": "pyhive",
    "databricks": "databricks-sqlalchemy",
    "db2": "ibm-db-sa",
    "hana": "sqlalchemy-hana",
    "teradatasql": "teradatasqlalchemy",
    "vertica": "sqlalchemy-vertica-python",
    "exa": "sqlalchemy-exasol",
    "firebird": "sqlalchemy-firebird",
    "access": "sqlalchemy-access",
    "cockroachdb": "sqlalchemy-cockroachdb",
    "crate": "sqlalchemy-cratedb",
    "awsathena": "pyathena",
    "drill": "sqlalchemy-drill",
    "monetdb": "sqlalchemy-monetdb",
}
ADBC = {"postgres": "postgresql", "grpc": "flightsql", "grpc+tls": "flightsql", "grpc+tcp": "flightsql"}
BIGGEST = 2**63


class Fault(Exception):
    """An error with a kind and fields; the text for the user is made by Loopwright."""

    def __init__(self, kind, **fields):
        super().__init__(kind)
        self.fields = {"event": "fault", "kind": kind, **fields}


def report(event, **fields):
    reports.write(json.dumps({"event": event, **fields}) + "\n")
    reports.flush()


def missing(error):
    module = (getattr(error, "name", None) or "").split(".")[0]
    return Fault("missing", module=module, package=PACKAGES.get(module, module), python=sys.executable)


class Column:
    """Turns the values of a column into text, and remembers what decides its type."""

    def __init__(self, name):
        self.name = name
        self.kinds = {}
        self.whole = 0
        self.scale = 0
        self.wide = False

    def text(self, value):
        kind = type(value)
        if kind is str:
            self.kinds["text"] = True
            return value
        if kind is int:
            self.kinds["integer"] = True
            if not -BIGGEST <= value < BIGGEST:
                self.wide = True
            text = str(value)
            self.whole = max(self.whole, len(text.lstrip("-")))
            return text
        if kind is float:
            self.kinds["real"] = True
            return repr(value)
        if kind is bool:
            self.kinds["boolean"] = True
            return "true" if value else "false"
        if kind is decimal.Decimal:
            return self.decimal(value)
        return self.other(value)

    def decimal(self, value):
        if not value.is_finite():
            self.kinds["odd"] = True
            return str(value)
        self.kinds["decimal"] = True
        text = format(value, "f")
        whole, _, fraction = text.lstrip("-").partition(".")
        self.whole = max(self.whole, len(whole.lstrip("0")) or 1)
        self.scale = max(self.scale, len(fraction))
        return text

    def other(self, value):
        if isinstance(value, datetime.datetime):
            if value.tzinfo is not None:
                self.kinds["instant"] = True
                value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
            else:
                self.kinds["datetime"] = True
            nanoseconds = getattr(value, "nanosecond", 0)
            return value.isoformat(" ") if nanoseconds == 0 else str(value)
        if isinstance(value, datetime.date):
            self.kinds["date"] = True
            return value.isoformat()
        if isinstance(value, datetime.time):
            self.kinds["time" if value.tzinfo is None else "text"] = True
            return value.isoformat()
        if isinstance(value, datetime.timedelta):
            self.kinds["duration"] = True
            return duration(value)
        if isinstance(value, (bytes, bytearray, memoryview)):
            self.kinds["bytes"] = True
            return base64.b64encode(bytes(value)).decode("ascii")
        if isinstance(value, (dict, list, tuple, set)):
            self.kinds["json"] = True
            return json.dumps(list(value) if isinstance(value, set) else value, ensure_ascii=False, default=str)
        if isinstance(value, uuid.UUID):
            self.kinds["text"] = True
            return str(value)
        # Numbers and texts of a library, such as numpy.
        for base in (bool, int, float, str):
            if isinstance(value, base):
                return self.text(base(value))
        if hasattr(value, "item") and callable(value.item):
            return self.text(value.item())
        if hasattr(value, "read") and callable(value.read):
            return self.text(value.read())
        self.kinds["other:" + type(value).__name__] = True
        return str(value)

    def summary(self):
        return {
            "name": self.name,
            "kinds": sorted(self.kinds),
            "whole": self.whole,
            "scale": self.scale,
            "wide": self.wide,
        }


def duration(value):
    sign = "-" if value < datetime.timedelta(0) else ""
    value = abs(value)
    seconds = f"{value.seconds % 60}.{value.microseconds:06d}".rstrip("0").rstrip(".")
    return f"{sign}P{value.days}DT{value.seconds // 3600}H{value.seconds // 60 % 60}M{seconds}S"


def mark_of(value):
    """The watermark as text, with the kind by which it becomes the same value again."""
    if isinstance(value, bool) or isinstance(value, (bytes, bytearray, memoryview, dict, list)):
        raise Fault("unordered", type=type(value).__name__)
    if isinstance(value, int):
        return {"value": str(value), "kind": "integer"}
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Fault("endless", value=repr(value))
        return {"value": repr(value), "kind": "real"}
    if isinstance(value, decimal.Decimal):
        if not value.is_finite():
            raise Fault("endless", value=str(value))
        return {"value": format(value, "f"), "kind": "decimal"}
    if isinstance(value, datetime.datetime):
        return {"value": value.isoformat(), "kind": "datetime"}
    if isinstance(value, datetime.date):
        return {"value": value.isoformat(), "kind": "date"}
    if isinstance(value, datetime.time):
        return {"value": value.isoformat(), "kind": "time"}
    return {"value": str(value), "kind": "text"}


def value_of(mark):
    value, kind = mark["value"], mark["kind"]
    if kind == "integer":
        return int(value)
    if kind == "real":
        return float(value)
    if kind == "decimal":
        return decimal.Decimal(value)
    if kind == "datetime":
        return datetime.datetime.fromisoformat(value)
    if kind == "date":
        return datetime.date.fromisoformat(value)
    if kind == "time":
        return datetime.time.fromisoformat(value)
    return value


class Writer:
    """Writes rows as text. Memory holds one batch."""

    def __init__(self, request, names):
        report("columns", names=names)
        self.columns = [Column(name) for name in names]
        self.file = open(request["out"], "w", encoding="utf-8", errors="surrogatepass", newline="")
        self.watermark = names.index(request["watermark"]) if request.get("watermark") in names else -1
        self.limit = request.get("limit")
        self.rows = 0
        self.longest = 0
        self.unmarked = 0
        self.highest = None

    def write(self, rows):
        """Returns whether more rows are wanted."""
        lines = []
        texts = [column.text for column in self.columns]
        for row in rows:
            if self.limit is not None and self.rows >= self.limit:
                break
            fields = []
            for text, value in zip(texts, row):
                if value is None:
                    fields.append(",")
                else:
                    field = text(value)
                    fields.append('"' + (field.replace('"', '""') if '"' in field else field) + '",')
            line = "".join(fields) + "0\n"
            self.longest = max(self.longest, len(line))
            lines.append(line)
            self.rows += 1
            if self.watermark >= 0:
                if row[self.watermark] is None:
                    self.unmarked += 1
                else:
                    self.highest = row[self.watermark]
        self.file.write("".join(lines))
        self.file.flush()
        report("rows", rows=self.rows)
        return self.limit is None or self.rows < self.limit

    def close(self, about):
        self.file.close()
        report(
            "done",
            rows=self.rows,
            longest=self.longest,
            unmarked=self.unmarked,
            highest=None if self.highest is None else mark_of(self.highest),
            columns=[column.summary() for column in self.columns],
            about=about,
        )


def limited(request, name, parameter):
    """The query with only the rows after the last watermark, in its order."""
    after = f" WHERE q.{name} {'>=' if request['inclusive'] else '>'} {parameter}" if request.get("since") else ""
    return f"SELECT q.* FROM (\n{request['query']}\n) q{after} ORDER BY q.{name}"


def through_sqlalchemy(sqlalchemy, request):
    try:
        engine = sqlalchemy.create_engine(request["dsn"])
    except ModuleNotFoundError as error:
        raise missing(error)
    except sqlalchemy.exc.NoSuchModuleError:
        dialect = re.split(r"[+:]", request["dsn"])[0]
        package = DIALECTS.get(dialect)
        raise Fault("dialect", dialect=dialect, package=package, python=sys.executable)
    except sqlalchemy.exc.ArgumentError:
        raise Fault("address")
    try:
        connection = engine.connect()
    except ModuleNotFoundError as error:
        raise missing(error)
    except Exception as error:
        raise Fault("connection", message=words_of(error), lost=isinstance(error, (ConnectionError, TimeoutError)))
    try:
        with connection, connection.begin() as transaction:
            dialect = engine.dialect
            batch = request["batch"]
            if request.get("watermark"):
                query = text_of(request["query"])
                # Only names are asked for, so that an unknown watermark is told before the query runs.
                found = connection.execute(sqlalchemy.text(f"SELECT q.* FROM (\n{query}\n) q WHERE 1 = 0"))
                names = list(found.keys())
                found.close()
                report("columns", names=names)
                name = dialect.identifier_preparer.quote(request["watermark"])
                sql = limited({**request, "query": query}, text_of(name), ":loopwright_since")
            else:
                sql = text_of(request["query"])
            parameters = {"loopwright_since": value_of(request["since"])} if request.get("since") else {}
            streamed = connection.execution_options(stream_results=True, max_row_buffer=batch)
            result = streamed.execute(sqlalchemy.text(sql), parameters)
            if not result.returns_rows:
                transaction.rollback()
                raise Fault("nothing")
            writer = Writer(request, list(result.keys()))
            for rows in result.partitions(batch):
                if not writer.write(rows):
                    break
            result.close()
            version = getattr(dialect, "server_version_info", None)
            about = f"{dialect.name}{' ' + '.'.join(map(str, version)) if version else ''} through SQLAlchemy {sqlalchemy.__version__} ({dialect.driver})"
            # Nothing is ever committed.
            transaction.rollback()
        writer.close(about)
    except sqlalchemy.exc.DBAPIError as error:
        raise Fault("query", message=words_of(error.orig or error), lost=bool(error.connection_invalidated))
    finally:
        engine.dispose()


def text_of(sql):
    """The SQL for `text()`, in which a colon before a word would name a parameter."""
    return re.sub(r"(?<![:\w$]):([\w$]*)(?![:\w$])", r"\\:\1", sql)


def words_of(error):
    # Drivers give a tuple of number and text, or a text of several lines.
    arguments = getattr(error, "args", ())
    if len(arguments) == 2 and isinstance(arguments[0], int):
        return f"{arguments[1]} (error {arguments[0]})"
    return str(error).strip()


def through_adbc(request, scheme, address):
    name = "adbc_driver_" + ADBC.get(scheme, scheme)
    try:
        dbapi = importlib.import_module(name + ".dbapi")
        importlib.import_module("pyarrow")
    except ModuleNotFoundError as error:
        module = (error.name or "").split(".")[0]
        raise Fault("missing", module=module, package=module.replace("_", "-"), python=sys.executable)
    if scheme == "sqlite":
        address = re.sub(r"^sqlite:(///)?", "", address)
    try:
        connection = dbapi.connect(address)
    except Exception as error:
        raise Fault("connection", message=words_of(error), lost=False)
    try:
        with connection, connection.cursor() as cursor:
            parameters = None
            sql = request["query"]
            if request.get("watermark"):
                quoted = '"' + request["watermark"].replace('"', '""') + '"'
                sql = limited(request, quoted, "$1" if scheme.startswith("postgres") else "?")
                parameters = [value_of(request["since"])] if request.get("since") else None
            cursor.execute(sql, parameters)
            if cursor.description is None:
                raise Fault("nothing")
            reader = cursor.fetch_record_batch()
            writer = Writer(request, list(reader.schema.names))
            for batch in reader:
                for start in range(0, batch.num_rows, request["batch"]):
                    part = batch.slice(start, request["batch"])
                    if not writer.write(zip(*(column.to_pylist() for column in part.columns))):
                        break
                if writer.limit is not None and writer.rows >= writer.limit:
                    break
            about = f"{scheme} through ADBC ({name})"
            connection.rollback()
        writer.close(about)
    except Fault:
        raise
    except Exception as error:
        raise Fault("query", message=words_of(error), lost=False)


def read(request):
    scheme = re.match(r"[A-Za-z][\w+.-]*(?=:)", request["dsn"])
    if not scheme:
        raise Fault("address")
    scheme = scheme.group(0).lower()
    if scheme.startswith("adbc+"):
        return through_adbc(request, scheme[5:], request["dsn"][5:])
    try:
        sqlalchemy = importlib.import_module("sqlalchemy")
    except ModuleNotFoundError:
        base = scheme.split("+")[0]
        try:
            importlib.import_module("adbc_driver_" + ADBC.get(base, base))
        except ModuleNotFoundError:
            raise Fault("missing", module="sqlalchemy", package="sqlalchemy", python=sys.executable)
        return through_adbc(request, base, request["dsn"])
    return through_sqlalchemy(sqlalchemy, request)


def end_with_owner():
    sys.stdin.buffer.read()
    os._exit(3)


# Reports keep the standard output to themselves; what libraries print goes to standard error.
reports = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
os.dup2(2, 1)
try:
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=end_with_owner, daemon=True).start()
    read(order)
except Fault as fault:
    reports.write(json.dumps(fault.fields) + "\n")
    reports.flush()
    os._exit(1)
reports.flush()
# Threads of drivers are not waited for.
os._exit(0)
