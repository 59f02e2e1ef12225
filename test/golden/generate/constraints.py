"""Constraints: what they make of a weight."""

import keras

from .values import computed, given, named, native, normal, random_state, snake, times, title

CASES = [
    ("maxNorm", {}, (7, 3)),
    ("maxNorm", {"maxValue": 0.5}, (7, 3)),
    ("maxNorm", {"maxValue": 0.5, "axis": 1}, (7, 5)),
    ("maxNorm", {"maxValue": 1.5, "axis": [0, 1, 2]}, (3, 3, 2, 5)),
    ("minMaxNorm", {}, (7, 5)),
    ("minMaxNorm", {"minValue": 2, "maxValue": 3, "rate": 0.25}, (7, 3)),
    ("minMaxNorm", {"minValue": 1, "maxValue": 1.5, "rate": 0.5, "axis": [1, 2]}, (3, 2, 4, 3)),
    ("unitNorm", {}, (7, 3)),
    ("unitNorm", {"axis": -1}, (4, 6)),
    ("unitNorm", {}, (17,)),
    ("nonNeg", {}, (7, 3)),
]


def make():
    return {"cases": [_case(*case) for case in CASES]}


def _case(constraint, config, shape):
    name = title(f"{constraint} {times(shape)}", config)
    weight = normal(random_state(name), shape)
    return {
        "name": name,
        "constraint": constraint,
        "config": config,
        "weight": given(weight),
        "result": computed(named(keras.constraints, constraint)(**snake(config))(native(weight))),
    }
