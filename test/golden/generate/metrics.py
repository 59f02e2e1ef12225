"""Metrics over several batches of unequal size: the result after each of them."""

import keras
import numpy as np
from keras.src.trainers.compile_utils import get_metric

from .samples import PREDICTIONS, TARGETS, sample_weight
from .values import given, named, native, number, random_state, snake, title

BATCHES = (5, 3, 6)
REGRESSION = ("meanSquaredError", "meanAbsoluteError", "rootMeanSquaredError")

POSITIVE = ("meanAbsolutePercentageError", "meanSquaredLogarithmicError", "poisson", "klDivergence")
OUTCOMES = ("truePositives", "trueNegatives", "falsePositives", "falseNegatives", "precision", "recall")
AVERAGES = ("micro", "macro", "weighted")
CURVES = ("ROC", "PR", "PRGAIN")
METHODS = ("interpolation", "minoring", "majoring")
CONSTRAINED = (
    ("sensitivityAtSpecificity", "specificity"),
    ("specificityAtSensitivity", "sensitivity"),
    ("precisionAtRecall", "recall"),
    ("recallAtPrecision", "precision"),
)

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
    ("accuracy", {}, "coarse probabilities", "bits", (3,)),
    ("topKCategoricalAccuracy", {}, "coarse probabilities", "one-hot", (7,)),
    ("topKCategoricalAccuracy", {"k": 2}, "distributions", "one-hot", (2, 5)),
    ("sparseTopKCategoricalAccuracy", {}, "coarse probabilities", "labels", (7,)),
    ("sparseTopKCategoricalAccuracy", {"k": 2}, "distributions", "labels", (7,)),
    ("pearsonCorrelation", {}, "values", "values", (5,)),
    *((metric, {}, "probabilities", "fractions", (3,)) for metric in POSITIVE),
    ("logCoshError", {}, "values", "values", (3,)),
    ("cosineSimilarity", {}, "values", "values", (3,)),
    ("cosineSimilarity", {}, "values", "values", (2, 3)),
    ("hinge", {}, "values", "signs", (3,)),
    ("squaredHinge", {}, "values", "signs", (3,)),
    ("categoricalHinge", {}, "values", "one-hot", (3,)),
    ("binaryCrossentropy", {"labelSmoothing": 0.125}, "probabilities", "bits", (3,)),
    ("categoricalCrossentropy", {"fromLogits": True}, "logits", "one-hot", (3,)),
    ("sparseCategoricalCrossentropy", {}, "distributions", "labels", (3,)),
    ("sparseCategoricalCrossentropy", {"ignoreClass": 1}, "distributions", "labels", (3,)),
    ("r2Score", {}, "values", "values", (1,)),
    ("r2Score", {}, "values", "values", (3,)),
    ("r2Score", {"classAggregation": "variance_weighted_average"}, "values", "values", (3,)),
    ("r2Score", {"numRegressors": 2}, "values", "values", (3,)),
    *((metric, {}, "coarse probabilities", "bits", shape) for metric in OUTCOMES for shape in ((1,), (3,))),
    *((metric, {"thresholds": 0.25}, "coarse probabilities", "bits", (3,)) for metric in OUTCOMES),
    ("r2Score", {"classAggregation": None}, "values", "values", (3,)),
    *((metric, {"thresholds": [0.25, 0.5, 0.75]}, "coarse probabilities", "bits", (3,)) for metric in OUTCOMES),
    ("precision", {"thresholds": [0.5, 0.25], "topK": 2}, "coarse probabilities", "bits", (5,)),
    ("f1Score", {}, "distributions", "one-hot", (4,)),
    ("fBetaScore", {"beta": 0.5, "threshold": 0.25}, "coarse probabilities", "bits", (3,)),
    *((metric, {"topK": 2}, "coarse probabilities", "bits", (5,)) for metric in ("precision", "recall")),
    *((metric, {"classId": 1}, "coarse probabilities", "bits", (3,)) for metric in ("precision", "recall")),
    *((metric, {"topK": 2, "classId": 1}, "distributions", "bits", (5,)) for metric in ("precision", "recall")),
    ("f1Score", {}, "coarse probabilities", "bits", (1,)),
    *(("f1Score", {"average": average}, "distributions", "one-hot", (4,)) for average in AVERAGES),
    *(("f1Score", {"average": average, "threshold": 0.25}, "coarse probabilities", "bits", (3,)) for average in AVERAGES),
    ("fBetaScore", {"average": "macro", "beta": 0.5, "threshold": 0.5}, "coarse probabilities", "bits", (3,)),
    ("auc", {}, "coarse probabilities", "bits", (1,)),
    *(("auc", {"curve": curve, "summationMethod": method}, "probabilities", "bits", (1,)) for curve in CURVES for method in METHODS),
    *(("auc", {"curve": curve, "numThresholds": 5}, "coarse probabilities", "bits", (3,)) for curve in CURVES),
    ("auc", {"thresholds": [0.75, 0.25, 0.375]}, "coarse probabilities", "bits", (3,)),
    ("auc", {"thresholds": [0.75, 0.25, 0.375], "multiLabel": True}, "coarse probabilities", "bits", (3,)),
    ("auc", {"multiLabel": True, "numLabels": 3}, "probabilities", "bits", (3,)),
    ("auc", {"multiLabel": True, "labelWeights": [0.5, 2, 1]}, "probabilities", "bits", (3,)),
    ("auc", {"labelWeights": [0.5, 2, 1]}, "probabilities", "bits", (3,)),
    ("auc", {"fromLogits": True}, "logits", "bits", (1,)),
    *((metric, {of: 0.625}, "probabilities", "bits", (1,)) for metric, of in CONSTRAINED),
    *((metric, {of: 0.5, "numThresholds": 9, "classId": 2}, "coarse probabilities", "bits", (3,)) for metric, of in CONSTRAINED),
    *((metric, {of: 0.5, "numThresholds": 1}, "probabilities", "bits", (3,)) for metric, of in CONSTRAINED),
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
        result = np.asarray(metric.result())
        results.append([number(value) for value in result] if result.size > 1 else number(result.reshape(())))
    return {
        "batches": [{key: given(value) for key, value in batch.items()} for batch in batches],
        "results": results,
    }
