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
IMAGES = (3, 2, 3, 4)

INFERENCE, BOTH = [("", False)], [(" in training", True), (" at inference", False)]
NORMALIZATIONS = [
    ("batchNormalization", "", {}, FLAT, BOTH),
    ("batchNormalization", " of wide rows", {}, (3, 17), BOTH),
    ("batchNormalization", " of one sample", {}, (1, 5), BOTH),
    ("batchNormalization", " of series", {"momentum": 0.75, "epsilon": 0.125}, SERIES, BOTH),
    ("batchNormalization", " of images over rows", {"axis": 1}, IMAGES, BOTH),
    ("batchNormalization", " without scale", {"scale": False}, FLAT, BOTH),
    ("batchNormalization", " without center", {"center": False}, FLAT, BOTH),
    ("layerNormalization", "", {}, FLAT, INFERENCE),
    ("layerNormalization", " of wide rows", {"epsilon": 0.125}, (3, 17), INFERENCE),
    ("layerNormalization", " of images", {"axis": [1, 2]}, IMAGES, INFERENCE),
    ("layerNormalization", " of all axes", {"axis": [3, 1, 2]}, IMAGES, INFERENCE),
    ("layerNormalization", " without scale", {"scale": False, "axis": 1}, SERIES, INFERENCE),
    ("layerNormalization", " without center", {"center": False}, SERIES, INFERENCE),
    ("groupNormalization", "", {"groups": 2}, IMAGES, INFERENCE),
    ("groupNormalization", " of rows", {"groups": 3}, (5, 12), INFERENCE),
    ("groupNormalization", " of every channel", {"groups": -1}, IMAGES, INFERENCE),
    ("groupNormalization", " over the first axis", {"groups": 2, "axis": 1}, IMAGES, INFERENCE),
    ("rmsNormalization", "", {}, FLAT, INFERENCE),
    ("rmsNormalization", " of images", {"axis": [2, 3], "epsilon": 0.125}, IMAGES, INFERENCE),
    ("unitNormalization", "", {}, FLAT, INFERENCE),
    ("unitNormalization", " of images", {"axis": [1, 3]}, IMAGES, INFERENCE),
]

LINE, PICTURE, VOLUME = (2, 7, 3), (2, 5, 6, 3), (2, 4, 3, 5, 2)
POOLINGS = [
    (f"{kind}Pooling{shape_rank}D", what, config, shape)
    for kind in ("max", "average")
    for shape_rank, what, config, shape in (
        (1, "", {"poolSize": 2}, LINE),
        (1, " over the edges", {"poolSize": 3, "padding": "same"}, LINE),
        (1, ", overlapping", {"poolSize": 4, "strides": 1, "padding": "same"}, LINE),
        (1, " that skips", {"poolSize": 2, "strides": 3}, LINE),
        (2, "", {"poolSize": 2}, PICTURE),
        (2, " of one sample and channel", {"poolSize": 2}, (1, 6, 4, 1)),
        (2, " over the edges", {"poolSize": 2, "padding": "same"}, PICTURE),
        (2, ", overlapping", {"poolSize": [3, 2], "strides": [2, 1], "padding": "same"}, PICTURE),
        (2, " that skips", {"poolSize": [1, 2], "strides": [2, 4]}, PICTURE),
        (3, "", {"poolSize": [2, 1, 2]}, VOLUME),
        (3, " over the edges", {"poolSize": 3, "strides": [2, 1, 2], "padding": "same"}, VOLUME),
    )
]
POOLINGS += [("maxPooling2D", " by default", {}, PICTURE)]
POOLINGS += [
    (f"global{kind}Pooling{len(shape) - 2}D", what, config, shape)
    for kind in ("Max", "Average")
    for shape in (LINE, PICTURE, VOLUME)
    for what, config in (("", {}), (" that keeps the axes", {"keepdims": True}))
]
POOLINGS += [
    (f"adaptive{kind}Pooling{len(shape) - 2}D", "", {"outputSize": size}, shape)
    for kind in ("Max", "Average")
    for size, shape in ((3, LINE), ([3, 4], PICTURE), ([2, 3, 1], VOLUME))
]

# layer, config, shapes of the input
CONVOLUTIONS = [
    ("conv1D", {"filters": 5, "kernelSize": 3}, (2, 9, 3)),
    ("conv1D", {"filters": 1, "kernelSize": 4, "strides": 3, "padding": "same"}, (3, 11, 1)),
    ("conv1D", {"filters": 4, "kernelSize": 3, "dilationRate": 2, "padding": "causal"}, (2, 7, 2)),
    ("conv1D", {"filters": 4, "kernelSize": 5, "strides": 2, "padding": "causal", "groups": 2}, (1, 8, 6)),
    ("conv1D", {"filters": 3, "kernelSize": 7}, (2, 7, 2)),
    ("conv2D", {"filters": 5, "kernelSize": 3}, (2, 5, 6, 3)),
    ("conv2D", {"filters": 9, "kernelSize": 3, "padding": "same", "activation": "relu"}, (2, 5, 4, 1)),
    ("conv2D", {"filters": 8, "kernelSize": [3, 2], "strides": [2, 3]}, (1, 7, 8, 5)),
    ("conv2D", {"filters": 7, "kernelSize": [2, 5], "strides": 2, "padding": "same", "useBias": False}, (3, 5, 8, 2)),
    ("conv2D", {"filters": 4, "kernelSize": 3, "dilationRate": [1, 2], "activation": "tanh"}, (2, 5, 7, 3)),
    ("conv2D", {"filters": 6, "kernelSize": 2, "dilationRate": 3, "padding": "same", "groups": 3}, (1, 5, 6, 9)),
    ("conv2D", {"filters": 6, "kernelSize": 3, "groups": 3}, (2, 4, 5, 3)),
    ("conv2D", {"filters": 11, "kernelSize": 1, "activation": "sigmoid"}, (3, 3, 2, 7)),
    ("conv2D", {"filters": 3, "kernelSize": 1, "strides": 2, "padding": "same"}, (2, 5, 4, 4)),
    ("conv2D", {"filters": 5, "kernelSize": [4, 5]}, (4, 4, 5, 3)),
    ("conv2D", {"filters": 3, "kernelSize": 2, "strides": 3}, (2, 7, 8, 2)),
    ("conv2D", {"filters": 3, "kernelSize": 5, "padding": "same"}, (2, 3, 2, 2)),
    ("conv3D", {"filters": 3, "kernelSize": 2}, (2, 3, 4, 3, 2)),
    ("conv3D", {"filters": 4, "kernelSize": [1, 3, 2], "strides": [2, 1, 2], "padding": "same"}, (1, 3, 4, 5, 3)),
    ("conv3D", {"filters": 2, "kernelSize": 2, "dilationRate": [1, 2, 1], "groups": 2}, (2, 2, 4, 3, 4)),
    ("conv2D", {"filters": 10, "kernelSize": 3, "groups": 5}, (2, 4, 5, 5)),
    ("conv1DTranspose", {"filters": 3, "kernelSize": 3}, (2, 5, 2)),
    ("conv1DTranspose", {"filters": 2, "kernelSize": 2, "strides": 3}, (2, 4, 3)),
    ("conv1DTranspose", {"filters": 2, "kernelSize": 4, "strides": 3, "padding": "same", "outputPadding": 2}, (1, 4, 3)),
    ("conv1DTranspose", {"filters": 4, "kernelSize": 3, "dilationRate": 2, "padding": "same"}, (2, 5, 1)),
    ("conv2DTranspose", {"filters": 9, "kernelSize": 3, "strides": 2, "padding": "same", "activation": "relu"}, (2, 3, 4, 5)),
    ("conv2DTranspose", {"filters": 1, "kernelSize": [4, 5], "strides": 2, "padding": "same"}, (2, 3, 2, 4)),
    ("conv2DTranspose", {"filters": 3, "kernelSize": 5, "strides": [2, 3], "outputPadding": [0, 1], "useBias": False}, (2, 2, 3, 2)),
    ("conv2DTranspose", {"filters": 3, "kernelSize": 2, "strides": 2, "padding": "same", "outputPadding": 1}, (3, 2, 3, 2)),
    ("conv2DTranspose", {"filters": 3, "kernelSize": 3, "dilationRate": [2, 1]}, (1, 3, 4, 8)),
    ("conv2DTranspose", {"filters": 2, "kernelSize": 1, "strides": 3, "padding": "same"}, (2, 2, 3, 3)),
    ("conv2DTranspose", {"filters": 4, "kernelSize": 1}, (2, 2, 3, 3)),
    ("conv3DTranspose", {"filters": 2, "kernelSize": [2, 3, 2], "strides": [1, 2, 2], "padding": "same"}, (1, 2, 3, 2, 3)),
    ("depthwiseConv1D", {"kernelSize": 3}, (2, 7, 5)),
    ("depthwiseConv1D", {"kernelSize": 4, "strides": 2, "padding": "same", "depthMultiplier": 3}, (2, 7, 2)),
    ("depthwiseConv2D", {"kernelSize": 3, "padding": "same", "activation": "relu"}, (2, 4, 5, 9)),
    ("depthwiseConv2D", {"kernelSize": [3, 2], "strides": 2, "depthMultiplier": 2}, (2, 5, 6, 4)),
    ("depthwiseConv2D", {"kernelSize": 2, "dilationRate": [2, 3], "useBias": False}, (3, 5, 6, 3)),
    ("depthwiseConv2D", {"kernelSize": 3, "depthMultiplier": 5}, (2, 4, 3, 1)),
    ("separableConv1D", {"filters": 3, "kernelSize": 3, "strides": 2, "padding": "same"}, (2, 7, 4)),
    ("separableConv2D", {"filters": 5, "kernelSize": 3, "activation": "tanh"}, (2, 4, 5, 3)),
    ("separableConv2D", {"filters": 3, "kernelSize": [2, 3], "dilationRate": 2, "padding": "same", "depthMultiplier": 2}, (1, 5, 6, 5)),
]

# name, layer, config, shapes of the inputs, whether in training
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
    ("relu with a slope", "relu", {"negativeSlope": 0.25}, [FLAT]),
    ("softmax over time", "softmax", {"axis": 1}, [SERIES]),
    ("prelu", "prelu", {}, [FLAT]),
    ("prelu on series", "prelu", {}, [SERIES]),
    ("prelu with one slope for all times", "prelu", {"sharedAxes": [1]}, [SERIES]),
    ("prelu with one slope for all", "prelu", {"sharedAxes": [1, 2, 3]}, [IMAGES]),
    ("identity", "identity", {}, [SERIES]),
    ("permute", "permute", {"dims": [2, 1]}, [SERIES]),
    ("permute images", "permute", {"dims": [3, 1, 2]}, [IMAGES]),
    ("repeatVector", "repeatVector", {"n": 3}, [FLAT]),
    ("cropping1D", "cropping1D", {}, [SERIES]),
    ("cropping1D at one end", "cropping1D", {"cropping": [0, 2]}, [(2, 5, 3)]),
    ("cropping2D", "cropping2D", {"cropping": [[1, 0], [0, 2]]}, [IMAGES]),
    ("zeroPadding1D", "zeroPadding1D", {"padding": [2, 1]}, [SERIES]),
    ("zeroPadding2D", "zeroPadding2D", {}, [IMAGES]),
    ("zeroPadding2D, uneven", "zeroPadding2D", {"padding": [[1, 0], [0, 2]]}, [IMAGES]),
    ("upSampling1D", "upSampling1D", {}, [SERIES]),
    ("upSampling2D", "upSampling2D", {}, [IMAGES]),
    ("upSampling2D, uneven", "upSampling2D", {"size": [1, 3]}, [IMAGES]),
    ("subtract", "subtract", {}, [SERIES, SERIES]),
    ("dot", "dot", {"axes": 1}, [FLAT, FLAT]),
    ("dot of directions", "dot", {"axes": -1, "normalize": True}, [FLAT, FLAT]),
    ("dot of series", "dot", {"axes": [2, 1]}, [SERIES, (2, 3, 7)]),
    ("dot of series over time", "dot", {"axes": 1}, [SERIES, (2, 4, 5)]),
    ("dot of a series and a vector", "dot", {"axes": [2, 1]}, [SERIES, (2, 3)]),
    ("dot of images", "dot", {"axes": [2, 3], "normalize": True}, [(2, 3, 4, 2), (2, 2, 3, 4)]),
]
CASES += [(f"{layer} at inference", layer, {"rate": 0.5}, [FLAT]) for layer in ("gaussianDropout", "alphaDropout")]
CASES += [("gaussianNoise at inference", "gaussianNoise", {"stddev": 0.5}, [FLAT])]
CASES += [
    (f"{layer}{what}{when}", layer, config, [shape], training)
    for layer, what, config, shape, modes in NORMALIZATIONS
    for when, training in modes
]
CASES += [(f"{layer}{what}", layer, config, [shape]) for layer, what, config, shape in POOLINGS]
CASES += [
    (" ".join([layer, *(f"{option} {value}" for option, value in config.items()), "of", times(shape)]), layer, config, [shape])
    for layer, config, shape in CONVOLUTIONS
]
CASES += [(f"activation {name}", "activation", {"activation": name}, [FLAT]) for name in ACTIVATIONS]
CASES += [
    (f"{merge} {count} of shape {times(shape)}", merge, {}, [shape] * count)
    for merge in ("add", "multiply", "average", "maximum", "minimum")
    for count, shape in ((2, FLAT), (3, SERIES))
]


def make():
    return {"cases": [_case(*case) for case in CASES]}


def _case(name, layer, config, shapes, training=False):
    rng = random_state(name)
    instance = named(keras.layers, layer)(**snake(config))
    draw = normal if layer == "dense" or "onv" in layer or len(shapes) > 1 else lambda rng, shape: spread(rng, shape, -6, 6)
    inputs = [draw(rng, shape) for shape in shapes]
    instance(_call_argument([native(value) for value in inputs]))
    weights = [_weight(rng, weight) for weight in instance.weights]
    instance.set_weights(weights)
    trained = [variable.value for variable in instance.trainable_variables]
    frozen = [variable.value for variable in instance.non_trainable_variables]

    def forward(trained, inputs):
        return instance.stateless_call(trained, frozen, _call_argument(inputs), **mode)

    # Only some layers know the argument.
    mode = {"training": True} if training else {}
    output, pull_back, moved = jax.vjp(forward, trained, [native(x) for x in inputs], has_aux=True)
    upstream = normal(rng, output.shape)
    weight_gradients, input_gradients = pull_back(native(upstream))
    case = {
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
    return case | {"moved": [computed(value) for value in moved]} if training else case


def _weight(rng, weight):
    value = normal(rng, weight.shape, weight.shape[0] ** -0.5 if weight.shape else 1)
    return abs(value) if "variance" in weight.name else value


def _call_argument(inputs):
    return inputs if len(inputs) > 1 else inputs[0]
