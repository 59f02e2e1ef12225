"""A nested model of which parts are frozen in different ways: its weights after some steps of training."""

import keras

from .values import computed, given, native, normal, number, random_state

STEPS = 4
BATCH = 8
ROWS = STEPS * BATCH
FEATURES = 6

# Flags in the order in which they are set: a path of names ('' is the whole model), and the value.
FLAGS = {
    "nothing frozen": [],
    "the inner model frozen": [["base", False]],
    "one layer frozen": [["base/hidden", False]],
    "the normalisation frozen": [["base/normal", False]],
    "the inner model frozen, a layer of it thawed": [["base", False], ["base/hidden", True]],
    "frozen whole, then the head thawed": [["", False], ["head", True]],
    "frozen whole, then thawed whole": [["", False], ["", True]],
    "frozen whole, thawed whole, but not the normalisation": [["", False], ["", True], ["base/normal", False]],
}


def _model():
    base = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(5, activation="tanh", name="hidden"),
            keras.layers.BatchNormalization(momentum=0.75, name="normal"),
            keras.layers.Dense(4, activation="tanh", name="code"),
        ],
        name="base",
    )
    x = keras.Input((FEATURES,))
    return keras.Model(x, keras.layers.Dense(2, name="head")(base(x)))


def make():
    rng = random_state("transfer")
    weights = [normal(rng, weight.shape, 0.5) for weight in _model().get_weights()]
    weights[5] = abs(weights[5])  # a variance
    x, y = normal(rng, (ROWS, FEATURES)), normal(rng, (ROWS, 2))
    cases = [_case(name, flags, weights, x, y) for name, flags in FLAGS.items()]
    return {"weights": [given(weight) for weight in weights], "x": given(x), "y": given(y), "cases": cases}


def _case(name, flags, weights, x, y):
    model = _model()
    model.set_weights(weights)
    for path, value in flags:
        layer = model
        for part in filter(None, path.split("/")):
            layer = layer.get_layer(part)
        layer.trainable = value
    model.compile(keras.optimizers.SGD(0.125), loss="mean_squared_error")
    rows = [slice(first, first + BATCH) for first in range(0, ROWS, BATCH)]
    losses = [number(model.train_on_batch(native(x[batch]), native(y[batch]))) for batch in rows]
    return {
        "name": name,
        "flags": flags,
        "trainable": sum(weight.numpy().size for weight in model.trainable_weights),
        "losses": losses,
        "weights": [computed(weight) for weight in model.get_weights()],
    }
