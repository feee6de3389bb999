"""What DVC does with a project. Standard input: {"folder": ..., "do": "init" | "repro" | "status"}. Output: names of the stages that changed."""
import json, logging, os, sys

asked = json.load(sys.stdin)
os.environ["DVC_NO_ANALYTICS"] = "1"
os.chdir(asked["folder"])
from dvc.repo import Repo

logging.disable(logging.CRITICAL)
sys.stdout, out = sys.stderr, sys.stdout
if asked["do"] == "init":
    Repo.init(".", no_scm=True).close()
changed = []
with Repo(".") as repo:
    if asked["do"] == "repro":
        repo.reproduce()
    changed = sorted(repo.status())
print(json.dumps(changed), file=out)
