"""Losses: value, values per sample, and the gradient with respect to predictions or logits."""

import jax
import keras

from .samples import PREDICTIONS, TARGETS, sample_weight
from .values import computed, given, named, native, number, random_state, snake, times

SHAPES = [(5, 1), (5, 7), (3, 4, 5)]
LOGITS = {"fromLogits": True}
SMOOTH = {"labelSmoothing": 0.125}
CLIP = 1e-7

# loss, kinds of prediction and target
FURTHER = [
    ("meanAbsolutePercentageError", "values", "even fractions"),
    ("meanSquaredLogarithmicError", "probabilities", "fractions"),
    ("huber", "values", "values"),
    ("logCosh", "values", "values"),
    ("poisson", "probabilities", "fractions"),
    ("hinge", "values", "bits"),
    ("hinge", "values", "signs"),
    ("squaredHinge", "values", "bits"),
    ("squaredHinge", "values", "signs"),
    ("binaryFocalCrossentropy", "probabilities", "bits"),
]


def make():
    cases = []
    for shape in SHAPES:
        for weights in (None, shape[:-1]):
            cases += _of_shape(shape, weights)
            cases += _further(shape, weights)
    return {"cases": [*cases, *_special(), *_options()]}


def _of_shape(shape, weights):
    yield _case("meanSquaredError", {}, "values", "values", shape, weights)
    yield _case("meanAbsoluteError", {}, "values", "values", shape, weights)
    yield _case("binaryCrossentropy", {}, "probabilities", "bits", shape, weights)
    yield _case("binaryCrossentropy", LOGITS, "logits", "bits", shape, weights)
    yield _case("binaryCrossentropy", {}, "logits", "bits", shape, weights, activation="sigmoid")
    if shape[-1] == 1:
        return
    for loss, target in (("categoricalCrossentropy", "one-hot"), ("sparseCategoricalCrossentropy", "labels")):
        yield _case(loss, {}, "distributions", target, shape, weights)
        yield _case(loss, LOGITS, "logits", target, shape, weights)
        yield _case(loss, {}, "logits", target, shape, weights, activation="softmax")
    yield _case("categoricalFocalCrossentropy", {}, "distributions", "one-hot", shape, weights)


def _further(shape, weights):
    for loss, prediction, target in FURTHER:
        yield _case(loss, {}, prediction, target, shape, weights)
    if shape[-1] == 1:
        return
    yield _case("cosineSimilarity", {}, "values", "values", shape, weights)
    yield _case("klDivergence", {}, "distributions", "soft labels", shape, weights)
    yield _case("categoricalHinge", {}, "values", "one-hot", shape, weights)
    for loss in ("dice", "tversky"):
        yield _case(loss, {}, "probabilities", "bits", shape, weights)
        yield _case(loss, {"axis": -1}, "probabilities", "bits", shape, weights)


def _options():
    shape, weights = (5, 7), (5,)
    yield _case("huber", {"delta": 0.375}, "values", "values", shape)
    yield _case("hinge", {}, "values", "values", shape)
    focal = {"gamma": 1.5, "alpha": 0.75}
    for options in (focal, focal | {"applyClassBalancing": True}, {"gamma": 0}, SMOOTH):
        yield _case("binaryFocalCrossentropy", options, "probabilities", "bits", shape)
    yield _case("binaryFocalCrossentropy", LOGITS, "logits", "bits", shape)
    yield _case("binaryFocalCrossentropy", {}, "logits", "bits", shape, activation="sigmoid")
    for options in (focal, {"gamma": 0}, SMOOTH):
        yield _case("categoricalFocalCrossentropy", options, "distributions", "one-hot", shape)
    yield _case("categoricalFocalCrossentropy", {}, "probabilities", "soft labels", shape)
    yield _case("categoricalFocalCrossentropy", LOGITS, "logits", "one-hot", shape)
    yield _case("tversky", {"alpha": 0.25, "beta": 0.875}, "probabilities", "bits", shape)
    yield _case("dice", {"axis": [1, 2]}, "probabilities", "bits", (3, 4, 5), (3,))
    yield _case("tversky", {"axis": [1, 2], "alpha": 0.25}, "probabilities", "fractions", (3, 4, 5))
    for reduction in ("sum", "mean", "mean_with_sample_weight"):
        for given_weights in (None, weights):
            yield _case("meanSquaredError", {"reduction": reduction}, "values", "values", shape, given_weights)
    yield _case("categoricalHinge", {"reduction": "mean_with_sample_weight"}, "values", "one-hot", (3, 4, 5), (3, 4))
    for options in ({}, LOGITS, {"reduction": "sum"}, {"reduction": "mean_with_sample_weight"}):
        for given_weights in (None, weights):
            ignoring = {"ignoreClass": 1} | options
            kind = "logits" if options == LOGITS else "distributions"
            yield _case("sparseCategoricalCrossentropy", ignoring, kind, "few labels", shape, given_weights)


def _special():
    yield _case("meanSquaredError", {}, "values", "values", (3, 4, 5), (3, 1))
    yield _case("binaryCrossentropy", {}, "logits", "bits", (3, 4, 5), (3, 1), activation="sigmoid")
    yield _case("sparseCategoricalCrossentropy", {}, "logits", "labels", (3, 4, 5), (3, 1), activation="softmax")
    yield _case("meanSquaredError", {}, "values", "flat values", (5, 1))
    yield _case("binaryCrossentropy", {}, "probabilities", "flat bits", (5, 1))
    yield _case("binaryCrossentropy", LOGITS, "large logits", "bits", (5, 7))
    yield _case("binaryCrossentropy", {}, "probabilities", "fractions", (5, 7))
    yield _case("binaryCrossentropy", SMOOTH, "probabilities", "bits", (5, 7))
    yield _case("binaryCrossentropy", LOGITS | SMOOTH, "logits", "bits", (5, 7))
    yield _case("categoricalCrossentropy", SMOOTH, "distributions", "one-hot", (5, 7))
    yield _case("categoricalCrossentropy", LOGITS | SMOOTH, "logits", "one-hot", (5, 7))
    yield _case("categoricalCrossentropy", {}, "distributions", "soft labels", (5, 7))
    yield _case("categoricalCrossentropy", LOGITS, "logits", "soft labels", (5, 7))
    yield _case("categoricalCrossentropy", LOGITS, "large logits", "one-hot", (5, 7))
    yield _case("categoricalCrossentropy", {}, "probabilities", "one-hot", (5, 7))
    yield _case("sparseCategoricalCrossentropy", LOGITS, "large logits", "labels", (5, 7))
    yield _case("sparseCategoricalCrossentropy", {}, "probabilities", "labels", (5, 7))
    yield _case("sparseCategoricalCrossentropy", {}, "distributions", "column of labels", (5, 7))
    yield _case("sparseCategoricalCrossentropy", LOGITS, "logits", "column of labels", (3, 4, 5))


def _case(loss, config, prediction_kind, target_kind, shape, weight_shape=None, activation=None):
    name = _name(loss, config, prediction_kind, target_kind, shape, weight_shape, activation)
    rng = random_state(name)
    prediction = PREDICTIONS[prediction_kind](rng, shape)
    target = TARGETS[target_kind](rng, shape)
    weight = None if weight_shape is None else sample_weight(rng, weight_shape)
    activate = getattr(keras.activations, activation or "linear")
    assert "fromLogits" in config or not loss.endswith("Crossentropy") or _inside_clip(activate(native(prediction)))

    own = snake(config)
    own_reduction = own.pop("reduction", "sum_over_batch_size")

    def value(prediction, reduction=own_reduction):
        function = named(keras.losses, loss)(**own, reduction=reduction)
        return function(native(target), activate(prediction), None if weight is None else native(weight))

    scalar, gradient = jax.value_and_grad(value)(native(prediction))
    return {
        "name": name,
        "loss": loss,
        "config": config,
        **({"activation": activation} if activation else {}),
        "prediction": given(prediction),
        "target": given(target),
        **({} if weight is None else {"sampleWeight": given(weight)}),
        "value": number(scalar),
        "perSample": computed(value(native(prediction), reduction=None)),
        "gradient": computed(gradient),
    }


def _name(loss, config, prediction, target, shape, weight_shape, activation):
    parts = [
        f"{loss} of {prediction} {times(shape)}, {target}",
        f"through {activation}" if activation else "",
        *(_option(key, value) for key, value in config.items()),
        f"weights {times(weight_shape)}" if weight_shape else "",
    ]
    return ", ".join(part for part in parts if part)


def _option(key, value):
    return key if value is True or key == "labelSmoothing" else f"{key} {value}"


def _inside_clip(probabilities):
    """Keras clips probabilities, we do not: a golden holds where the clip changes nothing."""
    return bool(((probabilities > 10 * CLIP) & (probabilities < 1 - 10 * CLIP)).all())
