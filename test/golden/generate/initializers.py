"""Initializers: not their random values, only the distribution that Keras draws them from."""

from unittest.mock import patch

import keras
import numpy as np
from keras.src.initializers import random_initializers

from .values import computed, named, number, snake, times, title

KERNEL = (30, 50)
SHAPES = {"kernel": KERNEL, "bias": (7,), "image kernel": (3, 3, 4, 8)}

SCALED = ["glorotUniform", "glorotNormal", "heUniform", "heNormal", "lecunUniform", "lecunNormal"]
PLAIN = [
    ("randomNormal", {}),
    ("randomNormal", {"mean": 1, "stddev": 0.5}),
    ("randomUniform", {}),
    ("randomUniform", {"minval": -1, "maxval": 2}),
    ("truncatedNormal", {}),
    ("truncatedNormal", {"mean": 1, "stddev": 0.5}),
]
VARIANCE_SCALING = [
    {"scale": 2, "mode": mode, "distribution": distribution}
    for mode in ("fan_in", "fan_out", "fan_avg")
    for distribution in ("uniform", "truncated_normal", "untruncated_normal")
]
FIXED = [
    ("zeros", {}),
    ("ones", {}),
    ("constant", {"value": 0.25}),
    ("identity", {}),
    ("identity", {"gain": 2}),
]
ORTHOGONAL = [({}, (30, 50)), ({}, (50, 30)), ({"gain": 2}, (3, 3, 4, 8))]

TRUNCATED_STDDEV = 0.87962566103423978  # of a standard normal cut at two standard deviations


def make():
    cases = [_drawn(name, {}, shape) for name in SCALED for shape in SHAPES.values()]
    cases += [_drawn(name, config, KERNEL) for name, config in PLAIN]
    cases += [_drawn("varianceScaling", config, KERNEL) for config in ({}, *VARIANCE_SCALING)]
    cases += [_fixed(*case) for case in FIXED]
    cases += [_orthogonal(*case) for case in ORTHOGONAL]
    return {"cases": cases}


def _drawn(initializer, config, shape):
    """Replaces Keras's random functions for a moment, to see what they are asked for."""
    instance = named(keras.initializers, initializer)(**snake(config))
    with patch.object(random_initializers, "random") as random:
        instance(shape)
    ((function, _, arguments),) = random.method_calls
    facts = FACTS[function](**{key: value for key, value in arguments.items() if key not in ("shape", "dtype", "seed")})
    return _head(initializer, config, shape) | {key: _plain(value) for key, value in facts.items()}


def _uniform(minval, maxval):
    return {
        "distribution": "uniform",
        "minimum": minval,
        "maximum": maxval,
        "sampleMean": (minval + maxval) / 2,
        "sampleStddev": (maxval - minval) / np.sqrt(12),
    }


def _normal(mean, stddev):
    return {
        "distribution": "normal",
        "mean": mean,
        "stddev": stddev,
        "sampleMean": mean,
        "sampleStddev": stddev,
    }


def _truncated(mean, stddev):
    return {
        "distribution": "truncatedNormal",
        "mean": mean,
        "stddev": stddev,
        "minimum": mean - 2 * stddev,
        "maximum": mean + 2 * stddev,
        "sampleMean": mean,
        "sampleStddev": stddev * TRUNCATED_STDDEV,
    }


FACTS = {"uniform": _uniform, "normal": _normal, "truncated_normal": _truncated}


def _fixed(initializer, config):
    shape = (3, 5)
    value = named(keras.initializers, initializer)(**snake(config))(shape)
    return _head(initializer, config, shape) | {"distribution": "fixed", "value": computed(value)}


def _orthogonal(config, shape):
    instance = keras.initializers.Orthogonal(seed=1, **snake(config))
    matrix = np.asarray(instance(shape)).reshape(-1, shape[-1])
    rows, columns = matrix.shape
    gram = matrix @ matrix.T if rows < columns else matrix.T @ matrix
    diagonal = np.diag(gram).mean()
    assert np.abs(gram - diagonal * np.eye(len(gram))).max() < 1e-5
    return _head("orthogonal", config, shape) | {
        "distribution": "orthogonal",
        "orthogonal": "rows" if rows < columns else "columns",
        "squaredNorm": number(f"{diagonal:.5g}"),
    }


def _head(initializer, config, shape):
    return {
        "name": title(f"{initializer} {times(shape)}", config),
        "initializer": initializer,
        "config": config,
        "shape": list(shape),
    }


def _plain(value):
    return value if isinstance(value, str) else number(value)
