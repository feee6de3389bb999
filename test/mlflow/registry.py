"""Uses the registry of the tracking server of the environment as MLflow's clients do, and prints what came back, as JSON."""
import json, logging, os, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
from mlflow import MlflowClient

client = MlflowClient()
out = {}


def refused(work):
    try:
        work()
        return "accepted"
    except Exception as error:
        return str(error)


# A model that only MLflow's clients know
client.create_registered_model("other", tags={"team": "fraud"}, description="first")
client.update_registered_model("other", description="second")
for _ in range(2):
    client.create_model_version("other", source="s3://bucket/model", description="made")
client.update_model_version("other", "1", description="a comment")
client.set_model_version_tag("other", "1", "reviewed", "yes")
client.set_model_version_tag("other", "1", "reviewed", "yes")
client.delete_model_version_tag("other", "1", "reviewed")
client.set_registered_model_tag("other", "team", "risk")
client.delete_registered_model_tag("other", "team")
client.set_registered_model_alias("other", "champion", "1")
client.set_registered_model_alias("other", "blue", "2")
client.transition_model_version_stage("other", "1", "Production")
out["byAlias"] = client.get_model_version_by_alias("other", "champion").version
found = client.get_model_version("other", "1")
out["version"] = [found.description, found.current_stage, sorted(found.aliases), found.tags]
client.delete_registered_model_alias("other", "champion")
client.delete_model_version("other", "2")
out["aliases"] = client.get_registered_model("other").aliases

# The model that the project validates: version 1 passed, version 2 did not
out["failing"] = refused(lambda: client.set_registered_model_alias("m", "champion", "2"))
out["unapproved"] = refused(lambda: client.set_registered_model_alias("m", "champion", "1"))
out["stage"] = refused(lambda: client.transition_model_version_stage("m", "1", "Production"))
out["archived"] = refused(lambda: client.transition_model_version_stage("m", "1", "Archived"))
client.set_registered_model_alias("m", "shadow", "2")
out["mAliases"] = client.get_registered_model("m").aliases
print(json.dumps(out))
