"""Three models trained from given weights: losses and weights of single steps, and histories of fit."""

import keras

from .values import computed, given, named, native, normal, number, random_state, snake, title

STEPS = 10
BATCH = 8
ROWS = STEPS * BATCH

OPTIMIZERS = [
    ("sgd", {"learningRate": 0.05}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "nesterov": True}),
    ("rmsprop", {"learningRate": 0.01}),
    ("adam", {"learningRate": 0.01}),
    ("adagrad", {"learningRate": 0.05}),
]

FIT = {"epochs": 3, "batchSize": BATCH, "shuffle": False, "validationSplit": 0.25}
FIT_ROWS = 20  # 15 to train on, in batches of 8 and 7, and 5 to validate
FITS = [
    ("A", {}),
    ("B", {}),
    ("B", {"classWeight": {"0": 2, "3": 0.5}}),
    ("B", {"sampleWeight": True}),
    ("D", {}),
    ("F", {}),
    ("F", {"sampleWeight": True}),
]


def _binary():
    return keras.Sequential(
        [
            keras.Input((10,)),
            keras.layers.Dense(8, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.01), name="hidden"),
            keras.layers.Dense(1, activation="sigmoid", name="head"),
        ]
    )


def _classes():
    return keras.Sequential(
        [
            keras.Input((12,)),
            keras.layers.Dense(16, activation="relu", name="first"),
            keras.layers.Dense(16, activation="relu", name="second"),
            keras.layers.Dense(5, activation="softmax", name="head"),
        ]
    )


def _branches():
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    shared = keras.layers.Dense(5, activation="tanh", name="shared")
    first, second = shared(left), shared(right)
    joined = keras.layers.Concatenate()([first, second])
    mixed = keras.layers.Dense(5, activation="relu", name="mixed")(joined)
    total = keras.layers.Add()([mixed, first])
    return keras.Model([left, right], keras.layers.Dense(2, name="head")(total))


def _words():
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Embedding(9, 5, embeddings_regularizer=keras.regularizers.L2(0.01)),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )


def _padded():
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    shared = keras.layers.Embedding(9, 5, mask_zero=True, name="shared")
    joined = keras.layers.Concatenate(axis=1)([shared(left), shared(right)])
    scaled = keras.layers.BatchNormalization(momentum=0.75)(joined)
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(scaled)
    return keras.Model([left, right], keras.layers.Dense(2, name="head")(hidden))


def _masked():
    left, right = keras.Input((4, 3), name="left"), keras.Input((4, 5), name="right")
    first = keras.layers.Dense(5, activation="tanh", name="first")(keras.layers.Masking()(left))
    second = keras.layers.Masking(0.5)(right)
    largest = keras.layers.Maximum()([first, second])
    total = keras.layers.Add()([largest, second])
    head = keras.layers.Dense(1, activation="sigmoid", name="head")
    return keras.Model([left, right], head(keras.layers.Concatenate()([total, largest])))


def _indices(rng, shape):
    return rng.randint(9, size=shape)


def _gaps(rng, shape):
    """A third of the time steps is one number, which one of the layers takes for padding."""
    values = normal(rng, shape)
    values[rng.rand(*shape[:-1]) < 0.35] = 0 if shape[-1] == 3 else 0.5
    return values


# builder, loss, shapes of one row of each input, targets; and where they are others, the inputs and the shape of weights
MODELS = {
    "A": (_binary, "binary_crossentropy", [(10,)], lambda rng: rng.randint(2, size=(ROWS, 1))),
    "B": (_classes, "sparse_categorical_crossentropy", [(12,)], lambda rng: rng.randint(5, size=ROWS)),
    "C": (_branches, "mean_squared_error", [(6,), (6,)], lambda rng: normal(rng, (ROWS, 2))),
    "D": (_words, "sparse_categorical_crossentropy", [(4,)], lambda rng: rng.randint(3, size=ROWS), _indices),
    "E": (_padded, "mean_squared_error", [(4,), (3,)], lambda rng: normal(rng, (ROWS, 7, 2)), _indices, (7,)),
    "F": (_masked, "binary_crossentropy", [(4, 3), (4, 5)], lambda rng: rng.randint(2, size=(ROWS, 4, 1)), _gaps, (4,)),
}


def make():
    setups = {name: _setup(name, *model) for name, model in MODELS.items()}
    cases = [_steps(name, setups[name], *optimizer) for name in setups for optimizer in OPTIMIZERS]
    cases += [_fit(name, setups[name], options) for name, options in FITS]
    return {"models": {name: _described(setup) for name, setup in setups.items()}, "cases": cases}


def _setup(name, build, loss, shapes, targets, draw=normal, weighted=()):
    rng = random_state(f"model {name}")
    variables = build().weights
    return {
        "build": build,
        "loss": loss,
        "weightNames": [variable.path for variable in variables],
        "weights": [_weight(rng, variable) for variable in variables],
        "inputs": [draw(rng, (ROWS, *shape)) for shape in shapes],
        "target": targets(rng),
        "sampleWeight": rng.randint(1, 9, size=(ROWS, *weighted)) / 4,
    }


def _weight(rng, variable):
    value = normal(rng, variable.shape, variable.shape[0] ** -0.5)
    return abs(value) if "variance" in variable.path else value


def _described(setup):
    return {
        "loss": setup["loss"],
        "weightNames": setup["weightNames"],
        "weights": [given(value) for value in setup["weights"]],
        "inputs": [given(value) for value in setup["inputs"]],
        "target": given(setup["target"]),
        "sampleWeight": given(setup["sampleWeight"]),
    }


def _compiled(setup, optimizer, config, metrics=()):
    model = setup["build"]()
    model.set_weights(setup["weights"])
    model.compile(named(keras.optimizers, optimizer)(**snake(config)), loss=setup["loss"], metrics=list(metrics))
    return model


def _rows(setup, first, last):
    inputs = [native(value[first:last]) for value in setup["inputs"]]
    return (inputs if len(inputs) > 1 else inputs[0]), native(setup["target"][first:last])


def _steps(name, setup, optimizer, config):
    model = _compiled(setup, optimizer, config)
    losses = [model.train_on_batch(*_rows(setup, first, first + BATCH)) for first in range(0, ROWS, BATCH)]
    return {
        "name": title(f"{name} by {optimizer}", config),
        "kind": "steps",
        "model": name,
        "optimizer": optimizer,
        "config": config,
        "losses": [number(loss) for loss in losses],
        "weights": [computed(value) for value in model.get_weights()],
    }


def _fit(name, setup, options):
    optimizer, config = "sgd", {"learningRate": 0.25, "momentum": 0.75}
    model = _compiled(setup, optimizer, config, metrics=["accuracy"])
    history = model.fit(*_rows(setup, 0, FIT_ROWS), verbose=0, **_fit_arguments(setup, options)).history
    return {
        "name": title(f"fit {name} by {optimizer}", config | options),
        "kind": "fit",
        "model": name,
        "optimizer": optimizer,
        "config": config,
        "metrics": ["accuracy"],
        "rows": FIT_ROWS,
        "fit": FIT | options,
        "history": {key: [number(value) for value in values] for key, values in history.items()},
    }


def _fit_arguments(setup, options):
    arguments = snake(FIT | options)
    if "class_weight" in arguments:
        arguments["class_weight"] = {int(key): value for key, value in arguments["class_weight"].items()}
    if "sample_weight" in arguments:
        arguments["sample_weight"] = native(setup["sampleWeight"][:FIT_ROWS])
    return arguments
