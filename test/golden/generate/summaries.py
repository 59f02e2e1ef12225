"""What `summary` prints, line by line, for models that the tests build by the same names."""

import os

import keras
import numpy as np

from .values import title

os.environ["COLUMNS"] = "200"  # otherwise Keras takes the width of the terminal


def _digits():
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(128, activation="relu", name="hidden"),
            keras.layers.Dropout(0.2, name="dropout"),
            keras.layers.BatchNormalization(name="batch_normalization_of_the_hidden_layer"),
            keras.layers.Dense(10, activation="softmax", name="head"),
        ],
        name="digits",
    )


def _branches():
    a, b = keras.Input((32,), name="a"), keras.Input((16,), name="b")
    joined = keras.layers.Concatenate(name="joined")([keras.layers.Dense(8, name="first")(a), b])
    shared = keras.layers.Dense(24, name="shared")
    once = shared(joined)
    twice = shared(once)
    inner = keras.Sequential(
        [keras.Input((24,)), keras.layers.Dense(5, name="narrow"), keras.layers.Dense(24, name="wide")], name="inner"
    )
    total = keras.layers.Add(name="total")([twice, joined, inner(once)])
    return keras.Model([a, b], [total, once], name="branches")


def _chain():
    x = keras.Input((6,), name="x")
    return keras.Model(x, keras.layers.Dense(3, name="only")(x), name="chain")


def _unbuilt():
    return keras.Sequential([keras.layers.Dense(3, name="only"), keras.layers.Flatten(name="flat")], name="unbuilt")


def _trained():
    model = _digits()
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    model.fit(np.zeros((4, 784)), np.zeros((4, 10)), verbose=0)
    return model


BUILDERS = {"digits": _digits, "branches": _branches, "chain": _chain, "unbuilt": _unbuilt, "trained": _trained}

CASES = [
    ("digits", {}),
    ("digits", {"lineLength": 60}),
    ("digits", {"positions": [0.5, 0.75, 1.0]}),
    ("digits", {"layerRange": ["dropout", "batch_.*"]}),
    ("trained", {}),
    ("trained", {"showTrainable": True}),
    ("branches", {}),
    ("branches", {"lineLength": 60}),
    ("branches", {"expandNested": True, "showTrainable": True}),
    ("branches", {"layerRange": ["first", "shared"]}),
    ("chain", {}),
    ("unbuilt", {}),
]

KERAS = {
    "lineLength": "line_length",
    "layerRange": "layer_range",
    "showTrainable": "show_trainable",
    "expandNested": "expand_nested",
}


def make():
    floatx = keras.config.floatx()
    keras.config.set_floatx("float32")  # sizes are those of float32
    cases = [_case(*case) for case in CASES]
    keras.config.set_floatx(floatx)
    return {"cases": cases}


def _case(model, options):
    printed = []
    arguments = {KERAS.get(key, key): value for key, value in options.items()}
    BUILDERS[model]().summary(print_fn=printed.append, **arguments)
    return {
        "name": title(model, options),
        "model": model,
        "options": options,
        "lines": "".join(printed).rstrip("\n").split("\n"),
    }
