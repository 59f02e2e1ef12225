"""Writes the golden files beside this script: what the real Keras computes in float64.

python make.py             writes every file (or those named: python make.py losses metrics)
python make.py --float32   writes nothing; runs Keras in float32 and prints, per file, how far it is from the goldens
"""

import os
import sys

sys.dont_write_bytecode = True
os.environ.update(
    KERAS_BACKEND="jax",
    JAX_ENABLE_X64="1",
    JAX_PLATFORMS="cpu",
)

import json
from pathlib import Path

from generate import (
    activations,
    constraints,
    initializers,
    layers,
    loops,
    losses,
    metrics,
    optimizers,
    preprocessing,
    regularizers,
    schedules,
    training,
)
from generate.files import worst, write
from generate.values import use_floatx

HERE = Path(__file__).parent
MAKERS = {
    module.__name__.rpartition(".")[2]: module.make
    for module in (
        layers,
        preprocessing,
        activations,
        losses,
        metrics,
        regularizers,
        constraints,
        optimizers,
        schedules,
        training,
        loops,
        initializers,
    )
}


def main(arguments):
    compare = "--float32" in arguments
    use_floatx("float32" if compare else "float64")
    for name in [argument for argument in arguments if argument != "--float32"] or MAKERS:
        path = HERE / f"{name}.json"
        content = MAKERS[name]()
        if compare:
            difference, where = worst(json.loads(path.read_text()), content)
            print(f"{name:14} {difference:.1e} {where}")
        else:
            write(path, content)
            print(f"{name:14} {len(content['cases']):3} cases {path.stat().st_size / 1000:6.1f} kB")


main(sys.argv[1:])
