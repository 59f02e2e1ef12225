"""Random values that float32 holds exactly, tensors as JSON, and Keras's objects by our names."""

import re
import zlib

import jax.numpy as jnp
import keras
import numpy as np
from keras.src.backend.common import dtypes

STEP = 1 / 256


def use_floatx(floatx):
    """Sets Keras's float type, and lets float64 be float64.

    Outside TensorFlow, Keras's type promotion makes float32 of float64 whatever floatx says: in tanh, mean, argmax.
    """
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    keras.config.set_floatx(floatx)


def random_state(name):
    """A generator of its own for each case: a new case leaves the others as they are."""
    return np.random.RandomState(zlib.crc32(name.encode()))


def odd_steps(values):
    """The nearest odd multiple of STEP: exact in float32, and never on a kink such as 0, 0.5, 1 or 3."""
    return (2 * np.floor(np.asarray(values) / STEP / 2) + 1) * STEP


def normal(rng, shape, scale=1.0):
    return odd_steps(rng.standard_normal(shape) * scale)


def spread(rng, shape, low, high):
    """Evenly spaced from low to high, in random order."""
    return odd_steps(rng.permutation(np.linspace(low, high, int(np.prod(shape)))).reshape(shape))


def native(array):
    """The array as Keras's backend holds it: in the float type of this run, or in int32 if it was whole."""
    whole = np.issubdtype(np.asarray(array).dtype, np.integer)
    return jnp.asarray(array, "int32" if whole else keras.config.floatx())


def given(array):
    """A tensor that the tests feed in: every digit of it, and none lost in float32."""
    array = np.asarray(array)
    assert np.array_equal(array, array.astype("float32"))
    return {"shape": list(array.shape), "data": [_short(value) for value in array.ravel().tolist()]}


def computed(array):
    """A tensor that Keras computed, to nine significant digits."""
    array = np.asarray(array)
    assert array.dtype == keras.config.floatx()
    return {"shape": list(array.shape), "data": [number(value) for value in array.ravel()]}


def number(value):
    return _short(float(f"{float(value):.9g}"))


def _short(value):
    """Whole numbers without their `.0`, and zero without its sign."""
    return int(value) if value == int(value) and abs(value) < 1e10 else value


def named(module, name):
    """Keras's class of that name, whatever its case: `leakyRelu` is LeakyReLU."""
    return next(value for key, value in vars(module).items() if isinstance(value, type) and key.lower() == name.lower())


def snake(config):
    """Our options in Keras's spelling."""
    return {_snake(key): value for key, value in config.items()}


def snake_name(name):
    return re.sub("(?=[A-Z])", "_", name).lower()


def title(what, config):
    return ", ".join([what, *(f"{key} {value}" for key, value in config.items())])


def times(shape):
    return "x".join(map(str, shape))


def _snake(key):
    return re.sub(r"^beta(\d)$", r"beta_\1", snake_name(key))
