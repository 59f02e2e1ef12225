"""Predictions, targets and sample weights of every kind that losses and metrics meet."""

import numpy as np

from .values import STEP, normal, odd_steps


def _probabilities(rng, shape):
    return odd_steps(rng.uniform(0.01, 0.99, shape))


def _distributions(rng, shape):
    """Rows of at least STEP each that sum to exactly one."""
    shares = np.floor(rng.dirichlet(np.ones(shape[-1]), shape[:-1]) / STEP).clip(1)
    shares[np.arange(shape[-1]) == shares.argmax(-1, keepdims=True)] += 1 / STEP - shares.sum(-1).ravel()
    return shares * STEP


def _bits(rng, shape):
    """Ones and zeros, as many of each as possible."""
    return rng.permutation(int(np.prod(shape))).reshape(shape) % 2


def _labels(rng, shape):
    return rng.randint(shape[-1], size=shape[:-1])


def sample_weight(rng, shape):
    """Uneven weights, one of them zero."""
    weight = odd_steps(rng.uniform(0.1, 3, shape))
    weight.flat[1] = 0
    return weight


PREDICTIONS = {
    "values": normal,
    "logits": lambda rng, shape: normal(rng, shape, 1.5),
    "large logits": lambda rng, shape: normal(rng, shape, 50),
    "probabilities": _probabilities,
    "distributions": _distributions,
}

TARGETS = {
    # an even multiple of STEP never equals a prediction, where the gradient of |x| is a matter of taste
    "values": lambda rng, shape: normal(rng, shape) + STEP,
    "flat values": lambda rng, shape: normal(rng, shape[:1]) + STEP,
    "bits": _bits,
    "signs": lambda rng, shape: 2 * _bits(rng, shape) - 1,
    "few labels": lambda rng, shape: rng.randint(min(3, shape[-1]), size=shape[:-1]),
    "flat bits": lambda rng, shape: _bits(rng, shape[:1]),
    "fractions": _probabilities,
    # as for values
    "even fractions": lambda rng, shape: _probabilities(rng, shape) + STEP,
    "one-hot": lambda rng, shape: np.eye(shape[-1])[_labels(rng, shape)],
    "soft labels": _distributions,
    "labels": _labels,
    "column of labels": lambda rng, shape: _labels(rng, shape)[..., None],
}
