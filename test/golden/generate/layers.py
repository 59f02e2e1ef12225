"""Layers: outputs, and gradients of sum(output * upstream)."""

import jax
import keras

from .values import computed, given, named, native, normal, random_state, snake, spread, times

ACTIVATIONS = [
    "linear", "relu", "sigmoid", "tanh", "softmax", "softplus", "elu", "selu", "gelu", "silu", "leaky_relu",
    "exponential", "hard_sigmoid",
]  # fmt: skip

FLAT = (5, 7)
SERIES = (2, 4, 3)

# name, layer, config, shapes of the inputs
CASES = [
    ("dense", "dense", {"units": 7}, [(5, 10)]),
    ("dense relu", "dense", {"units": 17, "activation": "relu"}, [(5, 3)]),
    ("dense without bias", "dense", {"units": 10, "useBias": False}, [(5, 7)]),
    ("dense on series", "dense", {"units": 7, "activation": "tanh"}, [SERIES]),
    ("dense one to one", "dense", {"units": 1}, [(5, 1)]),
    ("dense sigmoid", "dense", {"units": 1, "activation": "sigmoid"}, [(5, 17)]),
    ("dense softmax", "dense", {"units": 10, "activation": "softmax"}, [(5, 17)]),
    ("dense softmax on series", "dense", {"units": 3, "activation": "softmax"}, [SERIES]),
    ("dense relu without bias, one sample", "dense", {"units": 3, "activation": "relu", "useBias": False}, [(1, 17)]),
    ("softmax on series", "activation", {"activation": "softmax"}, [SERIES]),
    ("leakyRelu", "leakyRelu", {}, [FLAT]),
    ("leakyRelu 0.1", "leakyRelu", {"negativeSlope": 0.1}, [FLAT]),
    ("elu", "elu", {}, [FLAT]),
    ("elu 0.5", "elu", {"alpha": 0.5}, [SERIES]),
    ("relu", "relu", {}, [FLAT]),
    ("relu with every option", "relu", {"maxValue": 4, "negativeSlope": 0.25, "threshold": 1}, [FLAT]),
    ("softmax", "softmax", {}, [FLAT]),
    ("flatten series", "flatten", {}, [SERIES]),
    ("flatten images", "flatten", {}, [(3, 2, 3, 4)]),
    ("reshape", "reshape", {"targetShape": [5, 2]}, [(3, 10)]),
    ("reshape with -1", "reshape", {"targetShape": [-1, 2]}, [SERIES]),
    ("concatenate two", "concatenate", {}, [(5, 3), (5, 7)]),
    ("concatenate three", "concatenate", {}, [(5, 1), (5, 10), (5, 17)]),
    ("concatenate series", "concatenate", {"axis": -1}, [(2, 4, 1), SERIES]),
    ("concatenate series over time", "concatenate", {"axis": 1}, [SERIES, (2, 1, 3), (2, 5, 3)]),
    ("rescaling", "rescaling", {"scale": 0.25}, [FLAT]),
    ("rescaling with offset", "rescaling", {"scale": 0.5, "offset": -1.25}, [SERIES]),
    ("dropout at inference", "dropout", {"rate": 0.5}, [FLAT]),
]
CASES += [(f"activation {name}", "activation", {"activation": name}, [FLAT]) for name in ACTIVATIONS]
CASES += [
    (f"{merge} {count} of shape {times(shape)}", merge, {}, [shape] * count)
    for merge in ("add", "multiply", "average")
    for count, shape in ((2, FLAT), (3, SERIES))
]


def make():
    return {"cases": [_case(*case) for case in CASES]}


def _case(name, layer, config, shapes):
    rng = random_state(name)
    instance = named(keras.layers, layer)(**snake(config))
    draw = normal if layer == "dense" or len(shapes) > 1 else lambda rng, shape: spread(rng, shape, -6, 6)
    inputs = [draw(rng, shape) for shape in shapes]
    instance(_call_argument([native(value) for value in inputs]))
    weights = [normal(rng, weight.shape, weight.shape[0] ** -0.5) for weight in instance.get_weights()]
    instance.set_weights(weights)
    frozen = [variable.value for variable in instance.non_trainable_variables]

    def forward(weights, inputs):
        return instance.stateless_call(weights, frozen, _call_argument(inputs))[0]

    output, pull_back = jax.vjp(forward, [native(w) for w in weights], [native(x) for x in inputs])
    upstream = normal(rng, output.shape)
    weight_gradients, input_gradients = pull_back(native(upstream))
    return {
        "name": name,
        "layer": layer,
        "config": config,
        "inputs": [given(value) for value in inputs],
        "weights": [given(value) for value in weights],
        "output": computed(output),
        "upstream": given(upstream),
        "inputGradients": [computed(value) for value in input_gradients],
        "weightGradients": [computed(value) for value in weight_gradients],
    }


def _call_argument(inputs):
    return inputs if len(inputs) > 1 else inputs[0]
