"""Activation functions over small and large arguments, and their derivatives."""

import jax
import keras
import numpy as np

from .values import computed, given, native, normal, odd_steps, random_state, snake, snake_name, spread, times, title

ELEMENTWISE = [
    ("linear", {}),
    ("relu", {}),
    ("relu", {"negativeSlope": 0.25, "maxValue": 4, "threshold": 1}),
    ("relu6", {}),
    ("leakyRelu", {}),
    ("leakyRelu", {"negativeSlope": 0.1}),
    ("elu", {}),
    ("elu", {"alpha": 0.5}),
    ("selu", {}),
    ("celu", {}),
    ("celu", {"alpha": 2}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("silu", {}),
    ("mish", {}),
    ("softplus", {}),
    ("softsign", {}),
    ("sigmoid", {}),
    ("logSigmoid", {}),
    ("hardSigmoid", {}),
    ("hardSilu", {}),
    ("hardTanh", {}),
    ("tanhShrink", {}),
    ("softShrink", {}),
    ("softShrink", {"threshold": 2}),
    ("hardShrink", {}),
    ("hardShrink", {"threshold": 2}),
    ("threshold", {"threshold": 1, "defaultValue": -2}),
    ("squareplus", {}),
    ("squareplus", {"b": 0.5}),
    ("sparsePlus", {}),
    ("sparseSigmoid", {}),
    ("tanh", {}),
    ("exponential", {}),
]

# Where the parts are of different size each part is a tensor of its own: a test is relative to the largest value.
RANGES = {"negative": (-6, 0), "positive": (0, 6), "wide": (-100, 100)}
WIDE_EXPONENTIAL = (-100, 80)  # float32 ends at exp(88.7)
POINTS = 19  # odd, so that each wide range has a point near zero

ROWS = [("softmax", {}), ("logSoftmax", {})]
AXES = [
    ("softmax", {"axis": 1}, (3, 4, 5)),
    ("logSoftmax", {"axis": -2}, (3, 4, 5)),
    ("glu", {}, (5, 10)),
    ("glu", {"axis": 1}, (3, 4, 5)),
]
ROW_SHAPES = [((5, 7), 2), ((5, 1), 2), ((3, 17), 2), ((3, 4, 5), 2), ((5, 10), 50)]


def make():
    elementwise = [_elementwise(*activation, *part) for activation in ELEMENTWISE for part in RANGES.items()]
    rows = [_rows(*activation, *shape) for activation in ROWS for shape in ROW_SHAPES]
    axes = [_rows(activation, config, shape, 2) for activation, config, shape in AXES]
    return {"cases": elementwise + rows + axes}


def _elementwise(activation, config, part, limits):
    if activation == "exponential" and part == "wide":
        limits = WIDE_EXPONENTIAL
    x = odd_steps(np.linspace(*limits, POINTS))
    y, pull_back = jax.vjp(_function(activation, config), native(x))
    (derivative,) = pull_back(native(np.ones(x.shape)))
    return {
        "name": title(f"{activation} {part}", config),
        "activation": activation,
        "config": config,
        "x": given(x),
        "y": computed(y),
        "dydx": computed(derivative),
    }


def _rows(activation, config, shape, scale):
    name = title(f"{activation} of shape {times(shape)} in {scale}", config)
    rng = random_state(name)
    x = spread(rng, shape, -2 * scale, 2 * scale)
    y, pull_back = jax.vjp(_function(activation, config), native(x))
    upstream = normal(rng, y.shape)
    (gradient,) = pull_back(native(upstream))
    return {
        "name": name,
        "activation": activation,
        "config": config,
        "x": given(x),
        "y": computed(y),
        "upstream": given(upstream),
        "gradient": computed(gradient),
    }


def _function(activation, config):
    function = getattr(keras.activations, snake_name(activation))
    return lambda x: function(x, **snake(config))
