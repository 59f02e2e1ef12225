"""Learning-rate schedules: the rate at some iterations."""

import keras

from .values import named, number, snake, title

ITERATIONS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 15, 16, 20, 31, 32, 50, 99, 100, 101, 250, 1000]

TIME = {"initialLearningRate": 0.1, "decaySteps": 8, "decayRate": 0.9}
POLYNOMIAL = {"initialLearningRate": 0.1, "decaySteps": 100}
COSINE = {"initialLearningRate": 0.1, "decaySteps": 100}
RESTARTS = {"initialLearningRate": 0.1, "firstDecaySteps": 16}

CASES = [
    ("exponentialDecay", TIME),
    ("exponentialDecay", TIME | {"staircase": True}),
    ("exponentialDecay", TIME | {"decaySteps": 2.5, "decayRate": 1.01}),
    ("inverseTimeDecay", TIME),
    ("inverseTimeDecay", TIME | {"staircase": True}),
    ("piecewiseConstantDecay", {"boundaries": [4, 10], "values": [1.0, 0.5, 0.1]}),
    ("piecewiseConstantDecay", {"boundaries": [100], "values": [0.25, 0.125]}),
    ("polynomialDecay", POLYNOMIAL),
    ("polynomialDecay", POLYNOMIAL | {"power": 0.5, "endLearningRate": 0.01}),
    ("polynomialDecay", POLYNOMIAL | {"power": 2.0, "decaySteps": 10, "cycle": True}),
    ("cosineDecay", COSINE),
    ("cosineDecay", COSINE | {"alpha": 0.25}),
    ("cosineDecay", COSINE | {"initialLearningRate": 0.01, "warmupTarget": 0.5, "warmupSteps": 10, "alpha": 0.125}),
    ("cosineDecayRestarts", RESTARTS),
    ("cosineDecayRestarts", RESTARTS | {"tMul": 1.5, "mMul": 0.75, "alpha": 0.125}),
    ("cosineDecayRestarts", RESTARTS | {"tMul": 1.0, "mMul": 0.75}),
]


def schedule(name, config):
    return named(keras.optimizers.schedules, name)(**snake(config))


def make():
    return {"iterations": ITERATIONS, "cases": [_case(*case) for case in CASES]}


def _case(name, config):
    made = schedule(name, config)
    return {
        "name": title(name, config),
        "schedule": name,
        "config": config,
        "rates": [number(made(iteration)) for iteration in ITERATIONS],
    }
