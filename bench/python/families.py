"""What the rows of the families ask of a Python peer: the counterparts of `open` in families/*.js."""

from time import perf_counter

import numpy as np

from measure import probes, time_calls, time_each, time_training

CHECKED_STEPS = 4
CHECKED_ROWS = 32
CHECKED_IMAGES = 8


class Task:
    """A function to be checked and timed; `result` gives the flat array that the last call computed."""

    def __init__(self, run, result):
        self.run, self.result = run, result
        self.first = 0

    def outputs(self):
        start = perf_counter()
        self.run()
        self.first = perf_counter() - start
        return probes(np.asarray(self.result()).reshape(-1))

    def time(self, pace):
        if self.first * 1000 > pace["long"]:
            return {"cost": self.first * 1000, "spread": 0, "samples": 1}
        return time_calls(self.run, pace)


def gemm(peer, row, work, _pace):
    m, k, n, form = row["m"], row["k"], row["n"], row["form"]
    a = work.noise("a", *((k, m) if form[0] == "T" else (m, k)))
    b = work.noise("b", *((n, k) if form[1] == "T" else (k, n)))
    return Task(*peer.gemm(a, b, form))


def convolution(peer, row, work, _pace):
    side, channels, filters, size = row["side"], row["channels"], row["filters"], row["size"]
    images = (row["images"], side, side, channels)
    results = (row["images"], side, side, filters)
    kernel = (size, size, channels, filters)
    shapes = {"forward": (images, kernel), "input": (results, kernel), "kernel": (images, results)}
    a, b = (work.noise(name, *shape) for name, shape in zip("ab", shapes[row["pass"]]))
    return Task(*peer.convolution(row["pass"], a, b, images, kernel))


class AfterZeros(Task):
    """An optimizer that is timed after steps without gradients."""

    def __init__(self, run, result, clear, zeros, long_step):
        super().__init__(run, result)
        self.clear, self.zeros, self.long_step = clear, zeros, long_step

    def outputs(self):
        outputs = super().outputs()
        self.clear()
        fastest = float("inf")
        for i in range(self.zeros):
            start = perf_counter()
            self.run()
            fastest = min(fastest, (perf_counter() - start) * 1000)
            if i == 5 and fastest > self.long_step:
                raise ValueError(f"{self.zeros} steps of {fastest:.0f} ms are left out")
        return outputs


def kernels(peer, row, work, pace):
    if row["kernel"] == "adam":
        w, g = (work.noise(name, row["length"]) for name in "ab")
        run, result, clear = peer.adam(w, g)
        if row.get("zeros"):
            return AfterZeros(run, result, clear, row["zeros"], pace["longStep"])
        return Task(run, result)
    shape = (row["rows"], row["columns"]) if row["kernel"] == "softmax" else (row["length"],)
    return Task(*peer.function(row["kernel"], work.noise("x", *shape)))


class Prediction:
    def __init__(self, peer, row, work, _pace):
        name, form, rows = row["model"], row["form"], row["rows"]
        self.single = rows == 1
        self.call = peer.predict(work.models[name], work.weights(name), form, rows)
        self.inputs = [self.part(work.samples(name, form, rows * row["inputs"]), i, rows) for i in range(row["inputs"])]
        self.next = 0

    @staticmethod
    def part(samples, i, rows):
        """Rows i * rows and following, as arrays of their own."""
        if "x" in samples:
            return (samples["x"][i * rows : (i + 1) * rows].copy(),)
        offsets = samples["indptr"][i * rows : (i + 1) * rows + 1]
        return offsets - offsets[0], samples["indices"][offsets[0] : offsets[-1]].copy()

    def outputs(self):
        return probes(np.concatenate([np.asarray(self.call(*each)).reshape(-1) for each in self.inputs]))

    def run(self):
        self.next = (self.next + 1) % len(self.inputs)
        return self.call(*self.inputs[self.next])

    def time(self, pace):
        return time_each(self.run, pace) if self.single else time_calls(self.run, pace)


class Training:
    def __init__(self, peer, row, work, _pace):
        self.peer, self.row, self.work, self.samples = peer, row, work, {}

    def open(self, rows, batch, plain):
        name, form = self.row["model"], self.row["form"]
        if rows not in self.samples:
            self.samples[rows] = self.work.samples(name, form, rows)
        samples = self.samples[rows]
        return self.peer.train(self.work.models[name], self.work.weights(name), samples, form, batch, plain)

    def outputs(self):
        """The losses before each of the first steps on one batch: epochs of a single step."""
        batch = min(self.row["batchSize"], CHECKED_IMAGES if self.row["model"] == "cnn" else CHECKED_ROWS)
        return [loss for _, loss in self.open(batch, batch, True).train(CHECKED_STEPS)]

    def time(self, pace):
        return time_training(lambda rows: self.open(rows, self.row["batchSize"], False), self.row, pace)


FAMILIES = {"gemm": gemm, "convolution": convolution, "kernels": kernels, "predict": Prediction, "train": Training}
