"""Under which names ModelCheckpoint saves a model when a figure takes given values, epoch by epoch."""

import keras
import numpy as np

from .values import snake, title

FALLING = [3.0, 2.0, 1.0, 0.5, 0.25, 0.125]
WAVES = [3.0, 2.5, 2.75, 2.25, 2.25, 2.45, 2.0, 2.1, 2.2, 1.5]
SCORES = [0.1, 0.2, 0.2, 0.15, 0.3, 0.3, 0.35]
BATCHES = 5

BEST = {"saveBestOnly": True}
CASES = [
    ({}, "model", WAVES),
    ({}, "{epoch}", FALLING),
    ({}, "{epoch:02d}-{val_loss:.2f}", WAVES),
    ({}, "{epoch:4d} {val_loss:08.3f} {{x}} {val_loss:f}", [12.345678, -0.001, 123456.789]),
    (BEST, "{epoch}", FALLING),
    (BEST, "{epoch}", WAVES),
    ({**BEST, "mode": "max"}, "{epoch}", SCORES),
    ({**BEST, "mode": "max"}, "{epoch}", WAVES),
    ({**BEST, "mode": "min"}, "{epoch}", SCORES),
    ({**BEST, "initialValueThreshold": 2.3}, "{epoch}", WAVES),
    ({**BEST, "initialValueThreshold": 2.25}, "{epoch}", WAVES),
    ({**BEST, "initialValueThreshold": 0.2, "mode": "max"}, "{epoch}", SCORES),
    ({**BEST, "saveWeightsOnly": True}, "{epoch:03d}", WAVES),
    ({"saveFreq": 1}, "{epoch}-{batch}", FALLING[:2]),
    ({"saveFreq": 2}, "{epoch}-{batch:02d}", FALLING[:4]),
    ({"saveFreq": 3}, "{epoch}-{batch}", FALLING[:4]),
    ({"saveFreq": 5}, "{epoch}-{batch}", FALLING[:4]),
    ({"saveFreq": 12}, "{epoch}-{batch}", FALLING),
]


class Script(keras.callbacks.Callback):
    def __init__(self, figures):
        super().__init__()
        self.figures = figures

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.figures[epoch]


def make():
    return {"batches": BATCHES, "cases": [_case(*case) for case in CASES]}


def _case(config, filepath, figures):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    saved = []
    # Nothing is written: only the name matters.
    model.save = model.save_weights = lambda path, **options: saved.append(path)
    ending = ".weights.h5" if config.get("saveWeightsOnly") else ".keras"
    callback = keras.callbacks.ModelCheckpoint(filepath + ending, **snake(config))
    rows = np.ones((BATCHES, 1))
    fit = {"epochs": len(figures), "batch_size": 1, "verbose": 0}
    model.fit(rows, rows, callbacks=[Script(figures), callback], **fit)
    return {
        "name": f"{title(filepath, config)} {figures}",
        "config": config,
        "filepath": filepath,
        "figures": figures,
        "saved": [path.removesuffix(ending) for path in saved],
    }
