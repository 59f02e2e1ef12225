"""How Python peers take times: the protocol of measure/measure.js and families/*.js in the words of Python."""

import statistics
from time import perf_counter, process_time

PROBES = 256
SAMPLE = 0.001


def probes(values):
    """Every element of a flat array, or as many as are compared, evenly apart."""
    count = min(len(values), PROBES)
    return [float(values[i * len(values) // count]) for i in range(count)]


def summary(samples):
    """Median milliseconds of samples in seconds, and how far they lie from it."""
    cost = statistics.median(samples)
    spread = statistics.median(abs(sample - cost) for sample in samples) / cost
    return {"cost": cost * 1000, "spread": spread, "samples": len(samples)}


def collect(sample, pace):
    """Samples, by a function that returns one in seconds, after a warm-up of such samples."""
    end = perf_counter() + pace["warmupTime"] / 1000
    while pace["warmupTime"] > 0:
        sample()
        if perf_counter() >= end:
            break
    samples = []
    end = perf_counter() + pace["time"] / 1000
    while len(samples) < pace["iterations"] or perf_counter() < end:
        samples.append(sample())
    return samples


def time_calls(call, pace):
    """Times a function; short calls are repeated within a sample."""
    fastest, count = float("inf"), 1

    def sample():
        nonlocal fastest, count
        count = max(count, -int(-SAMPLE // fastest))
        start = perf_counter()
        for _ in range(count):
            call()
        seconds = (perf_counter() - start) / count
        fastest = min(fastest, seconds)
        return seconds

    return summary(collect(sample, pace))


def time_each(call, pace):
    """Times every call by itself, for its median and its worst cases."""

    def sample():
        start = perf_counter()
        call()
        return perf_counter() - start

    samples = collect(sample, pace)
    p99 = sorted(samples)[min(len(samples) - 1, len(samples) * 99 // 100)]
    return {**summary(samples), "p99": p99 * 1000}


def time_training(open_session, row, pace):
    """The mean step from the end of the first epoch to the end of the last: see timeTraining in families/train.js."""
    least, most = row["batches"]
    batch = row["batchSize"]

    def train_new(count, epochs):
        ended = open_session(count * batch).train(epochs)
        seconds = (ended[-1][0] - ended[0][0]) / (len(ended) - 1)
        return seconds, {"firstLoss": ended[0][1], "lastLoss": ended[-1][1]}

    began = perf_counter()
    while True:
        seconds, losses = train_new(least, 2)
        if perf_counter() - began >= pace["warmupTime"] / 1000:
            break
    step = seconds / least
    if seconds * 1000 > pace["long"]:
        return {"cost": step * 1000, "spread": 0, "samples": 1, **losses}
    count = clamp(pace["sample"] / 1000 / step, least, most)
    epochs = clamp(pace["sample"] / 1000 / (step * count), 2, pace["epochs"])
    # A new number of rows may be compiled for; that is no part of the samples.
    train_new(count, 2)

    def sample():
        nonlocal losses
        seconds, losses = train_new(count, epochs)
        return seconds / count

    return {**summary(collect(sample, {**pace, "warmupTime": 0})), **losses}


def clamp(value, low, high):
    return min(max(round(value), low), high)


def with_core(timing):
    """Calls a function that times, and adds the share of a core that the process had meanwhile."""
    cpu, wall = process_time(), perf_counter()
    result = timing()
    return {**result, "core": (process_time() - cpu) / (perf_counter() - wall)}
