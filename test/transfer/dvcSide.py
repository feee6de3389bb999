"""What DVC does with a project. Standard input: {"folder": ..., "do": "init" | "repro" | "status" | "stages"}.
Output: names of the stages that changed; with "stages", the commands, dependencies and outputs of each stage; with
"kept" and a list of "folders", the files of each that `.dvcignore` does not leave out; with "values" and a list of
"files", the values of each as DVC reads them, or null when it cannot; with "changes", a list of files with their new
content, the names after each change alone; with "plots", the values of each plot by series."""
import json, logging, os, sys

asked = json.load(sys.stdin)
os.environ["DVC_NO_ANALYTICS"] = "1"
os.chdir(asked["folder"])
from dvc.repo import Repo

logging.disable(logging.CRITICAL)


def stages_of(repo):
    from dvc.dependency.param import ParamsDependency

    def paths(items):
        return sorted(os.path.relpath(item.fs_path, repo.root_dir) for item in items)

    return {
        stage.addressing: {
            "cmd": stage.cmd,
            "deps": paths(dep for dep in stage.deps if not isinstance(dep, ParamsDependency)),
            "outs": paths(stage.outs),
            "metrics": paths(out for out in stage.outs if out.metric),
            "frozen": bool(stage.frozen),
        }
        for stage in repo.index.stages
        if stage.cmd is not None
    }


def kept_in(folder):
    from dvc.fs import localfs
    from dvc.ignore import DvcIgnoreFilter

    found = DvcIgnoreFilter(localfs, folder).find(localfs, folder)
    return sorted(os.path.relpath(path, folder) for path in found)


def plain(value):
    import datetime

    if isinstance(value, dict):
        # A param that dvc.lock cannot hold is none.
        return {str(key): plain(one) for key, one in value.items() if not isinstance(one, (bytes, complex, type(...)))}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, set):
        return sorted((plain(one) for one in value), key=str)
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return str(value)
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def values_of(path):
    from dvc.utils.serialize import ParseError, load_path
    from dvc.fs import localfs

    try:
        return plain(load_path(path, localfs))
    except ParseError:
        return None


if asked["do"] == "values":
    print(json.dumps([values_of(path) for path in asked["files"]]))
    sys.exit()
if asked["do"] == "kept":
    print(json.dumps([kept_in(folder) for folder in asked["folders"]]))
    sys.exit()
sys.stdout, out = sys.stderr, sys.stdout
if asked["do"] == "init":
    Repo.init(".", no_scm=True).close()
def plots_of(repo):
    from dvc.render.match import match_defs_renderers

    found = {}
    for renderer, *_ in match_defs_renderers(repo.plots.show()):
        props = renderer.properties
        series = {}
        for point in renderer.datapoints:
            if "filename" not in point or "field" not in point:
                continue
            key = f"{point['filename']}::{point['field']}"
            xs, ys = series.setdefault(key, ([], []))
            xs.append(plain(point.get(props.get("x"))))
            ys.append(plain(point.get(props.get("y"))))
        found[renderer.name] = {
            "title": props.get("title"),
            "x": props.get("x_label"),
            "y": props.get("y_label"),
            "template": props.get("template"),
            "series": series,
        }
    return found


def after(change):
    before = {}
    for path, content in change.items():
        before[path] = open(path, "rb").read() if os.path.exists(path) else None
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(content)
    with Repo(".") as repo:
        found = sorted(repo.status())
    for path, content in before.items():
        if content is None:
            os.remove(path)
        else:
            with open(path, "wb") as file:
                file.write(content)
    return found


if asked["do"] == "changes":
    print(json.dumps([after(change) for change in asked["changes"]]), file=out)
    sys.exit()
if asked["do"] == "plots":
    with Repo(".") as repo:
        print(json.dumps(plots_of(repo)), file=out)
    sys.exit()
changed = []
with Repo(".") as repo:
    if asked["do"] == "repro":
        repo.reproduce()
    changed = stages_of(repo) if asked["do"] == "stages" else sorted(repo.status())
print(json.dumps(changed), file=out)
