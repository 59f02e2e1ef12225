"""Regularizers: the penalty on a kernel and its gradient."""

import jax
import keras

from .values import computed, given, named, native, normal, number, random_state, snake, title

CASES = [
    ("l1", {}),
    ("l1", {"l1": 0.05}),
    ("l2", {}),
    ("l2", {"l2": 0.05}),
    ("l1l2", {}),
    ("l1l2", {"l1": 0.02}),
    ("l1l2", {"l2": 0.03}),
    ("l1l2", {"l1": 0.02, "l2": 0.03}),
]


def make():
    kernel = normal(random_state("kernel"), (7, 3))
    return {"kernel": given(kernel), "cases": [_case(kernel, *case) for case in CASES]}


def _case(kernel, regularizer, config):
    penalty, gradient = jax.value_and_grad(named(keras.regularizers, regularizer)(**snake(config)))(native(kernel))
    return {
        "name": title(regularizer, config),
        "regularizer": regularizer,
        "config": config,
        "value": number(penalty),
        "gradient": computed(gradient),
    }
