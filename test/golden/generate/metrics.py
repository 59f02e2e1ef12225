"""Metrics over several batches of unequal size: the result after each of them."""

import keras
from keras.src.trainers.compile_utils import get_metric

from .samples import PREDICTIONS, TARGETS, sample_weight
from .values import given, named, native, number, random_state, snake, title

BATCHES = (5, 3, 6)
REGRESSION = ("meanSquaredError", "meanAbsoluteError", "rootMeanSquaredError")

# metric, config, kinds of prediction and target, shape of a sample
CASES = [
    ("binaryAccuracy", {}, "coarse probabilities", "bits", (1,)),
    ("binaryAccuracy", {}, "coarse probabilities", "bits", (3,)),
    ("binaryAccuracy", {}, "coarse probabilities", "flat bits", (1,)),
    ("binaryAccuracy", {"threshold": 0.25}, "coarse probabilities", "bits", (3,)),
    ("categoricalAccuracy", {}, "distributions", "one-hot", (7,)),
    ("categoricalAccuracy", {}, "coarse probabilities", "one-hot", (3,)),
    ("categoricalAccuracy", {}, "distributions", "one-hot", (2, 3)),
    ("sparseCategoricalAccuracy", {}, "distributions", "labels", (7,)),
    ("sparseCategoricalAccuracy", {}, "coarse probabilities", "column of labels", (3,)),
    ("sparseCategoricalAccuracy", {}, "distributions", "labels", (2, 3)),
    *((metric, {}, "values", "values", shape) for metric in REGRESSION for shape in ((1,), (3,), (2, 3))),
    *((metric, {}, "values", "flat values", (1,)) for metric in REGRESSION),
]

# What 'accuracy' means: kinds of prediction and target, shape of a sample
ACCURACY = [
    ("coarse probabilities", "bits", (1,)),
    ("coarse probabilities", "flat bits", (1,)),
    ("distributions", "one-hot", (5,)),
    ("distributions", "labels", (5,)),
    ("distributions", "column of labels", (5,)),
    ("coarse probabilities", "bits", (3,)),
    ("distributions", "one-hot", (2, 3)),
    ("distributions", "labels", (2, 3)),
    ("coarse probabilities", "bits", (4, 1)),
]

KINDS = {
    **PREDICTIONS,
    # with values on the threshold, and ties between classes
    "coarse probabilities": lambda rng, shape: rng.randint(1, 8, size=shape) / 8,
}


def make():
    cases = [_case(*case, weights) for case in CASES for weights in ("", *_weights(case[-1]))]
    return {"cases": cases + [_accuracy(*case) for case in ACCURACY]}


def _weights(sample_shape):
    return ("per sample",) if len(sample_shape) == 1 else ("per sample", "per time step")


def _case(metric, config, prediction, target, sample_shape, weights):
    name = title(f"{metric} of {prediction} {list(sample_shape)}, {target}", config)
    name += weights and f", weights {weights}"
    batches = _batches(name, prediction, target, sample_shape, weights)
    return {
        "name": name,
        "metric": metric,
        "config": config,
        **_run(named(keras.metrics, metric)(**snake(config)), batches),
    }


def _accuracy(prediction, target, sample_shape):
    name = f"accuracy of {prediction} {list(sample_shape)}, {target}"
    batches = _batches(name, prediction, target, sample_shape, "")
    metric = get_metric("accuracy", batches[0]["target"], batches[0]["prediction"])
    class_name = type(metric).__name__
    return {
        "name": name,
        "metric": "accuracy",
        "config": {},
        "resolvesTo": class_name[0].lower() + class_name[1:],
        **_run(metric, batches),
    }


def _batches(name, prediction, target, sample_shape, weights):
    rng = random_state(name)
    batches = []
    for size in BATCHES:
        shape = (size, *sample_shape)
        batch = {"prediction": KINDS[prediction](rng, shape), "target": TARGETS[target](rng, shape)}
        if weights:
            weight_shape = shape[:1] if weights == "per sample" else shape[:2]
            batch["sampleWeight"] = sample_weight(rng, weight_shape)
        batches.append(batch)
    return batches


def _run(metric, batches):
    results = []
    for batch in batches:
        tensors = {key: native(value) for key, value in batch.items()}
        metric.update_state(tensors["target"], tensors["prediction"], sample_weight=tensors.get("sampleWeight"))
        results.append(number(metric.result()))
    return {
        "batches": [{key: given(value) for key, value in batch.items()} for batch in batches],
        "results": results,
    }
