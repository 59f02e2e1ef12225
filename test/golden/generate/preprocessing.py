"""Preprocessing layers: outputs, and gradients of sum(output * upstream); random ones from draws that are given."""

import jax
import keras
import numpy as np
from keras.src.backend.jax import random as backend_random

from .values import computed, given, named, native, normal, random_state, snake, spread, times

IMAGES = (2, 4, 5, 2)
ONE = (1, 5, 6, 1)
VOLUME = (2, 3, 4, 2, 3)
FLAT = (5, 7)
SERIES = (2, 4, 3)

# layer, config, shape of the input
DETERMINISTIC = [
    *(
        ("resizing", {"height": height, "width": width, "interpolation": interpolation, "antialias": antialias}, IMAGES)
        for interpolation in ("nearest", "bilinear", "bicubic")
        for antialias in (False, True)
        for height, width in ((8, 10), (3, 4), (5, 2))
    ),
    ("resizing", {"height": 4, "width": 4}, ONE),
    ("resizing", {"height": 8, "width": 4, "cropToAspectRatio": True}, IMAGES),
    ("resizing", {"height": 4, "width": 8, "cropToAspectRatio": True}, IMAGES),
    ("resizing", {"height": 8, "width": 4, "padToAspectRatio": True}, IMAGES),
    ("resizing", {"height": 4, "width": 9, "padToAspectRatio": True, "fillValue": 1.5}, IMAGES),
    ("resizing", {"height": 5, "width": 5, "padToAspectRatio": True}, (2, 4, 4, 1)),
    *(
        ("centerCrop", {"height": height, "width": width}, IMAGES)
        for height, width in ((3, 4), (2, 3), (4, 5), (6, 3), (7, 7))
    ),
    ("upSampling2D", {"size": [2, 3], "interpolation": "bilinear"}, IMAGES),
    ("upSampling2D", {"interpolation": "bicubic"}, ONE),
    ("upSampling3D", {}, VOLUME),
    ("upSampling3D", {"size": [2, 1, 3]}, VOLUME),
    ("cropping3D", {"cropping": [[1, 0], 1, [0, 1]]}, VOLUME),
    ("zeroPadding3D", {}, VOLUME),
    ("zeroPadding3D", {"padding": [[1, 0], 2, [0, 1]]}, VOLUME),
    ("normalization", {"mean": [0.5], "variance": [4]}, FLAT[:1] + (1,)),
    ("normalization", {"axis": None, "mean": 0.5, "variance": 4}, SERIES),
    ("normalization", {"mean": [1, 2, -3], "variance": [0.25, 4, 0], "invert": True}, SERIES),
    ("normalization", {"axis": 1, "mean": [1, 2, -3, 0.5], "variance": [0.25, 4, 1, 2]}, SERIES),
]

# config, shape of the input
ADAPTED = [
    ({}, FLAT),
    ({}, IMAGES),
    ({"invert": True}, SERIES),
    ({"axis": 1}, SERIES),
    ({"axis": [1, 3]}, IMAGES),
    ({"axis": None}, SERIES),
]

MODES = [
    {"fillMode": mode, "interpolation": interpolation}
    for mode in ("reflect", "constant", "nearest", "wrap")
    for interpolation in ("nearest", "bilinear")
]
# layer, config, shape of the input, numbers drawn for a sample
RANDOM = [
    *(("randomRotation", {"factor": 0.5, **mode}, IMAGES, 1) for mode in MODES),
    ("randomRotation", {"factor": [-0.125, 0.375], "fillMode": "constant", "fillValue": 2.5}, ONE, 1),
    *(("randomTranslation", {"heightFactor": 0.5, "widthFactor": [-0.75, 1], **mode}, IMAGES, 2) for mode in MODES),
    *(("randomZoom", {"heightFactor": 0.5, "widthFactor": [-0.5, 0.25], **mode}, IMAGES, 2) for mode in MODES),
    ("randomZoom", {"heightFactor": [-0.5, 1]}, IMAGES, 1),
    ("randomFlip", {}, IMAGES, 1),
    ("randomFlip", {"mode": "horizontal"}, IMAGES, 1),
    ("randomFlip", {"mode": "vertical"}, IMAGES, 1),
    ("randomCrop", {"height": 3, "width": 4}, ONE, 2),
    ("randomCrop", {"height": 5, "width": 4}, ONE, 2),
    ("randomContrast", {"factor": [0.5, 0.75], "valueRange": [-4, 4]}, IMAGES, 1),
    ("randomContrast", {"factor": [1, 0]}, IMAGES, 1),
    ("randomBrightness", {"factor": 0.25, "valueRange": [-4, 4]}, IMAGES, 1),
    ("randomBrightness", {"factor": [0.25, 0.5]}, ONE, 1),
]


def make():
    cases = [_case(*case) for case in DETERMINISTIC]
    cases += [_case("normalization", config, shape, adapted=True) for config, shape in ADAPTED]
    cases += [_case(layer, config, shape, drawn) for layer, config, shape, drawn in RANDOM]
    return {"cases": cases}


def _case(layer, config, shape, drawn=0, adapted=False):
    name = " ".join([layer, *(f"{option} {value}" for option, value in config.items()), "of", times(shape)])
    rng = random_state(name)
    instance = named(keras.layers, layer)(**snake(config))
    x = spread(rng, shape, -6, 6)
    case = {"name": name, "layer": layer, "config": config, "x": given(x)}
    if adapted:
        data = normal(rng, (11, *shape[1:]), 2)
        instance.adapt(data)
        case |= {"adapt": given(data), "weights": [computed(w.numpy().astype("float64")) for w in instance.weights[:2]]}
    else:
        instance.build(shape)
    if drawn:
        draws = spread(rng, (shape[0], 2), 0.05, 0.95)
        case["draws"] = given(draws)

    def forward(x):
        columns = iter(draws.T) if drawn else None
        uniform = backend_random.uniform
        if drawn:
            backend_random.uniform = lambda shape, minval=0.0, maxval=1.0, **_: native(
                minval + (maxval - minval) * next(columns)[: int(np.prod(shape))].reshape(shape)
            )
        try:
            return instance(x, training=True) if drawn else instance(x)
        finally:
            backend_random.uniform = uniform

    output, pull_back = jax.vjp(forward, native(x))
    upstream = normal(rng, output.shape)
    (gradient,) = pull_back(native(upstream))
    return case | {"output": computed(output), "upstream": given(upstream), "gradient": computed(gradient)}
