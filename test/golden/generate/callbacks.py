"""Callbacks that watch a figure: what they do when it takes given values, epoch by epoch."""

import keras
import numpy as np

from .values import named, number, snake, title

FALLING = [3.0, 2.0, 1.0, 0.5, 0.25, 0.125]
PLATEAU = [3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0]
WAVES = [3.0, 2.5, 2.75, 2.25, 2.5, 2.45, 2.0, 2.1, 2.2, 1.5]
SCORES = [0.1, 0.2, 0.2, 0.15, 0.3, 0.3, 0.3]

CASES = [
    ("reduceLROnPlateau", {"patience": 2}, FALLING),
    ("reduceLROnPlateau", {"patience": 2}, PLATEAU),
    ("reduceLROnPlateau", {"patience": 0}, PLATEAU),
    ("reduceLROnPlateau", {"patience": 1, "factor": 0.5, "cooldown": 2}, PLATEAU),
    ("reduceLROnPlateau", {"patience": 1, "factor": 0.5, "minLr": 0.0375}, PLATEAU),
    ("reduceLROnPlateau", {"patience": 1, "factor": 0.5, "minDelta": 0.3}, WAVES),
    ("reduceLROnPlateau", {"patience": 1, "mode": "max"}, SCORES),
    ("reduceLROnPlateau", {"patience": 1, "factor": 0.0}, PLATEAU),
    ("earlyStopping", {}, FALLING),
    ("earlyStopping", {}, WAVES),
    ("earlyStopping", {"patience": 1}, WAVES),
    ("earlyStopping", {"patience": 2, "minDelta": 0.3}, WAVES),
    ("earlyStopping", {"patience": 2, "baseline": 2.3}, WAVES),
    ("earlyStopping", {"patience": 2, "baseline": 0.1}, FALLING),
    ("earlyStopping", {"patience": 1, "startFromEpoch": 4}, PLATEAU),
    ("earlyStopping", {"patience": 2, "mode": "max"}, SCORES),
]


class Script(keras.callbacks.Callback):
    def __init__(self, figures):
        super().__init__()
        self.figures = figures
        self.rates = []

    def on_epoch_begin(self, epoch, logs=None):
        self.rates.append(number(self.model.optimizer.learning_rate))

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.figures[epoch]


def make():
    return {"cases": [_case(*case) for case in CASES]}


def _case(name, config, figures):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    script = Script(figures)
    callback = named(keras.callbacks, name)(**snake(config))
    rows = np.ones((2, 1))
    model.fit(rows, rows, epochs=len(figures), verbose=0, callbacks=[script, callback])
    return {
        "name": f"{title(name, config)} {figures}",
        "callback": name,
        "config": config,
        "figures": figures,
        "rates": script.rates,
        "best": getattr(callback, "best_epoch", None),
    }
