"""What DVC does with a project. Standard input: {"folder": ..., "do": "init" | "repro" | "status" | "stages"}.
Output: names of the stages that changed; with "stages", the commands, dependencies and outputs of each stage; with
"kept" and a list of "folders", the files of each that `.dvcignore` does not leave out."""
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


if asked["do"] == "kept":
    print(json.dumps([kept_in(folder) for folder in asked["folders"]]))
    sys.exit()
sys.stdout, out = sys.stderr, sys.stdout
if asked["do"] == "init":
    Repo.init(".", no_scm=True).close()
changed = []
with Repo(".") as repo:
    if asked["do"] == "repro":
        repo.reproduce()
    changed = stages_of(repo) if asked["do"] == "stages" else sorted(repo.status())
print(json.dumps(changed), file=out)
