"""Regularizers: the penalty on a kernel and its gradient."""

import jax
import keras
import numpy as np

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
    ("orthogonalRegularizer", {}),
    ("orthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]

# Penalties on the output of a dense layer.
ACTIVITIES = [("l1", {}), ("l2", {"l2": 0.05}), ("l1l2", {"l1": 0.02, "l2": 0.03})]


def make():
    kernel = normal(random_state("kernel"), (7, 3))
    x = normal(random_state("activity"), (5, 7))
    return {
        "kernel": given(kernel),
        "x": given(x),
        "activities": [_activity(kernel, x, *case) for case in ACTIVITIES],
        "cases": [_case(kernel, *case) for case in CASES],
    }


def _activity(kernel, x, regularizer, config):
    """The loss that a layer adds, and its gradient: what a step of rate 1 subtracts from the kernel."""
    penalty = named(keras.regularizers, regularizer)(**snake(config))
    layer = keras.layers.Dense(kernel.shape[1], use_bias=False, activation="tanh", activity_regularizer=penalty)
    model = keras.Sequential([keras.Input(x.shape[1:]), layer, keras.layers.Rescaling(0)])
    model.set_weights([kernel])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    value = model.train_on_batch(native(x), native(np.zeros((len(x), kernel.shape[1]))))
    gradient = kernel - np.asarray(layer.kernel.value)
    return {
        "name": title(regularizer, config),
        "regularizer": regularizer,
        "config": config,
        "value": number(value),
        "gradient": computed(gradient),
    }


def _case(kernel, regularizer, config):
    penalty, gradient = jax.value_and_grad(named(keras.regularizers, regularizer)(**snake(config)))(native(kernel))
    return {
        "name": title(regularizer, config),
        "regularizer": regularizer,
        "config": config,
        "value": number(penalty),
        "gradient": computed(gradient),
    }
