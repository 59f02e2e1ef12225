"""Optimizers fed with recorded gradients: the weights after every step."""

import keras

from .schedules import schedule
from .values import computed, given, named, native, normal, random_state, snake, title

STEPS = 20
KEPT = [1, 2, 3, 5, 8, 13, 20]
NAMES = ["kernel", "bias"]
SHAPES = [(3, 4), (5,)]

# Rates so large that the steps, not the initial weights, make the result.
SGD = ("sgd", {"learningRate": 0.1})
MOMENTUM = ("sgd", {"learningRate": 0.1, "momentum": 0.9})
NESTEROV = ("sgd", {"learningRate": 0.1, "momentum": 0.9, "nesterov": True})
RMSPROP = ("rmsprop", {"learningRate": 0.05})
CENTERED = ("rmsprop", {"learningRate": 0.05, "centered": True})
ADAM = ("adam", {"learningRate": 0.1})
AMSGRAD = ("adam", {"learningRate": 0.1, "amsgrad": True})
ADAMW = ("adamw", {"learningRate": 0.1})
ADAMAX = ("adamax", {"learningRate": 0.1})
NADAM = ("nadam", {"learningRate": 0.1})
ADAGRAD = ("adagrad", {"learningRate": 0.25})
ADADELTA = ("adadelta", {"learningRate": 50.0})
FTRL = ("ftrl", {"learningRate": 0.5})
LION = ("lion", {"learningRate": 0.05})
LAMB = ("lamb", {"learningRate": 0.1})

SHARED_OPTIONS = [
    {},
    {"weightDecay": 0.25},
    {"clipvalue": 0.5},
    {"clipnorm": 1},
    {"globalClipnorm": 1.5},
]
AVERAGES = {"useEma": True, "emaMomentum": 0.75}
RARE_OPTIONS = [
    {"weightDecay": 0.25, "excludeFromWeightDecay": ["bias"]},
    AVERAGES,
    AVERAGES | {"emaOverwriteFrequency": 3},
    {"gradientAccumulationSteps": 3},
    {"gradientAccumulationSteps": 3, "clipnorm": 1, "weightDecay": 0.25},
    AVERAGES | {"gradientAccumulationSteps": 2, "emaOverwriteFrequency": 3},
    {"lossScaleFactor": 12.5},
    {"lossScaleFactor": 12.5, "clipnorm": 1, "gradientAccumulationSteps": 3},
]
DECAY = {"name": "exponentialDecay", "config": {"initialLearningRate": 0.1, "decaySteps": 4, "decayRate": 0.5}}

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
    ("rmsprop", {"learningRate": 0.05, "centered": True, "momentum": 0.5, "rho": 0.75}),
    ("adam", {"learningRate": 0.1, "beta1": 0.75, "beta2": 0.9375, "epsilon": 0.01}),
    ("adam", {"learningRate": 0.1, "amsgrad": True}),
    ("adagrad", {"learningRate": 0.25, "initialAccumulatorValue": 0.5, "epsilon": 0.01}),
]
CASES += [
    (optimizer, config | option)
    for optimizer, config in (ADAMW, ADAMAX, NADAM, ADADELTA, FTRL, LION, LAMB)
    for option in SHARED_OPTIONS
]
CASES += [(optimizer, {}) for optimizer in ("adamw", "adamax", "nadam", "adadelta", "ftrl", "lion", "lamb")]
CASES += [
    ("adamw", {"learningRate": 0.1, "amsgrad": True, "excludeFromWeightDecay": ["bias"]}),
    *((name, config | {"beta1": 0.75, "beta2": 0.9375, "epsilon": 0.01}) for name, config in (ADAMAX, NADAM, LAMB)),
    ("adadelta", {"learningRate": 50.0, "rho": 0.75, "epsilon": 0.01}),
    ("lion", {"learningRate": 0.05, "beta1": 0.75, "beta2": 0.9375}),
    ("ftrl", {"learningRate": 0.5, "l1RegularizationStrength": 0.5, "l2RegularizationStrength": 0.25}),
    ("ftrl", {"learningRate": 0.5, "l2ShrinkageRegularizationStrength": 0.25, "beta": 0.5}),
    ("ftrl", {"learningRate": 0.5, "learningRatePower": -0.75, "initialAccumulatorValue": 0.5}),
    ("ftrl", {"learningRate": 0.5, "learningRatePower": 0.0}),
]
CASES += [
    (optimizer, config | option)
    for optimizer, config in (SGD, CENTERED, AMSGRAD, NADAM, LAMB)
    for option in RARE_OPTIONS
]
CASES += [
    ("sgd", {"learningRate": DECAY}),
    ("nadam", {"learningRate": DECAY}),
    ("adam", {"learningRate": DECAY, "gradientAccumulationSteps": 2, "weightDecay": 0.25}),
]


def make():
    rng = random_state("optimizers")
    weights = [normal(rng, shape, 0.5) for shape in SHAPES]
    gradients = [_gradients(rng, step) for step in range(STEPS)]
    return {
        "names": NAMES,
        "kept": KEPT,
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
    instance = _made(optimizer, **config)
    variables = [keras.Variable(native(value), name=name) for value, name in zip(weights, NAMES)]
    steps = []
    for step in gradients:
        instance.apply([native(value) for value in step], variables)
        steps.append([computed(variable.value) for variable in variables])
    case = {
        "name": title(optimizer, config),
        "optimizer": optimizer,
        "config": config,
        "steps": [steps[step - 1] for step in KEPT],
    }
    if instance.use_ema:
        instance.finalize_variable_values(variables)
        case["final"] = [computed(variable.value) for variable in variables]
    return case


def _made(optimizer, learningRate=None, excludeFromWeightDecay=(), **config):
    if learningRate is not None:
        config["learningRate"] = learningRate if isinstance(learningRate, float) else schedule(**learningRate)
    instance = named(keras.optimizers, optimizer)(**snake(config))
    instance.exclude_from_weight_decay(var_names=list(excludeFromWeightDecay))
    return instance
