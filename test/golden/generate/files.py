"""The golden files as text, and how far one content is from another."""

import json

import keras
import numpy as np


def write(path, content):
    """One line for each case, so that a difference can be read."""
    head = {"keras": keras.__version__, "floatx": keras.config.floatx(), **content}
    cases = ",\n".join(_text(case) for case in head.pop("cases"))
    fields = "".join(f"{_text(key)}:{_text(value)},\n" for key, value in head.items())
    path.write_text(f'{{{fields}"cases":[\n{cases}\n]}}\n')


def worst(golden, content):
    """The largest max|content - golden| / max|golden| over all tensors and numbers, and the place of it."""
    return max(_differences(golden, content, ""), default=(0.0, ""))


def _text(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _differences(golden, content, path):
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _differences(golden[key], value, f"{path}/{key}")
    elif isinstance(content, list) and not all(isinstance(value, (int, float)) for value in content):
        for index, value in enumerate(content):
            name = value["name"] if isinstance(value, dict) and "name" in value else index
            yield from _differences(golden[index], value, f"{path}/{name}")
    elif isinstance(content, (list, int, float)):
        expected = np.asarray(golden, "float64")
        difference = np.abs(np.asarray(content) - expected).max(initial=0.0)
        yield (difference / (np.abs(expected).max(initial=0.0) or 1.0), path)
