"""Loads a model card as Hugging Face's own library does, and prints its results."""

import json
import sys

from huggingface_hub import ModelCard

card = ModelCard(sys.stdin.read())
results = card.data.eval_results or []
print(
    json.dumps(
        {
            "name": card.data.model_name,
            "license": card.data.license,
            "tags": card.data.tags,
            "pipeline": card.data.pipeline_tag,
            "results": [
                {
                    "task": one.task_type,
                    "dataset": one.dataset_name,
                    "split": one.dataset_split,
                    "metric": one.metric_type,
                    "value": one.metric_value,
                    "args": one.metric_args,
                }
                for one in results
            ],
            "text": card.text,
        }
    )
)
