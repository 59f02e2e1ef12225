"""Optimizers fed with recorded gradients: the weights after every step."""

import keras

from .values import computed, given, named, native, normal, random_state, snake, title

STEPS = 12
SHAPES = [(3, 4), (5,)]

# Rates so large that the steps, not the initial weights, make the result.
SGD = ("sgd", {"learningRate": 0.1})
MOMENTUM = ("sgd", {"learningRate": 0.1, "momentum": 0.9})
NESTEROV = ("sgd", {"learningRate": 0.1, "momentum": 0.9, "nesterov": True})
RMSPROP = ("rmsprop", {"learningRate": 0.05})
ADAM = ("adam", {"learningRate": 0.1})
ADAGRAD = ("adagrad", {"learningRate": 0.25})

SHARED_OPTIONS = [
    {},
    {"weightDecay": 0.25},
    {"clipvalue": 0.5},
    {"clipnorm": 1},
    {"globalClipnorm": 1.5},
]

CASES = [
    (optimizer, config | option)
    for optimizer, config in (SGD, NESTEROV, RMSPROP, ADAM, ADAGRAD)
    for option in SHARED_OPTIONS
]
CASES += [(optimizer, {}) for optimizer in ("sgd", "rmsprop", "adam", "adagrad")]
CASES += [
    MOMENTUM,
    ("rmsprop", {"learningRate": 0.05, "rho": 0.75, "epsilon": 0.01}),
    ("rmsprop", {"learningRate": 0.05, "momentum": 0.5}),
    ("rmsprop", {"learningRate": 0.05, "centered": True}),
    ("adam", {"learningRate": 0.1, "beta1": 0.75, "beta2": 0.9375, "epsilon": 0.01}),
    ("adam", {"learningRate": 0.1, "amsgrad": True}),
    ("adagrad", {"learningRate": 0.25, "initialAccumulatorValue": 0.5, "epsilon": 0.01}),
]


def make():
    rng = random_state("optimizers")
    weights = [normal(rng, shape, 0.5) for shape in SHAPES]
    gradients = [_gradients(rng, step) for step in range(STEPS)]
    return {
        "weights": [given(value) for value in weights],
        "gradients": [[given(value) for value in step] for step in gradients],
        "cases": [_case(weights, gradients, *case) for case in CASES],
    }


def _gradients(rng, step):
    """Beside ordinary values: some that vanish, some as small as epsilon, and steps too small to be clipped."""
    matrix, vector = (normal(rng, shape) for shape in SHAPES)
    matrix[0, 0] = 0
    matrix[:, 1] *= 2.0**-10
    vector[2] *= 2.0**-20
    if step == 3:
        vector[:] = 0
    if step == 9:
        matrix[:], vector[:] = 0, 0
    scale = 2.0**-4 if step in (5, 6, 7) else 1.0
    return [matrix * scale, vector * scale]


def _case(weights, gradients, optimizer, config):
    instance = named(keras.optimizers, optimizer)(**snake(config))
    variables = [keras.Variable(native(value)) for value in weights]
    steps = []
    for step in gradients:
        instance.apply([native(value) for value in step], variables)
        steps.append([computed(variable.value) for variable in variables])
    return {
        "name": title(optimizer, config),
        "optimizer": optimizer,
        "config": config,
        "steps": steps,
    }
