"""Keras on JAX, which compiles for the CPU. XLA is held to one thread as far as it lets itself."""

import json
import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
# XLA has as many threads as there are cores to be used.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

from time import perf_counter  # noqa: E402

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402

keras.utils.set_random_seed(1)

FUNCTIONS = {
    "softmax": keras.ops.softmax,
    "sigmoid": keras.ops.sigmoid,
    "tanh": keras.ops.tanh,
    "gelu": lambda x: keras.ops.gelu(x, approximate=False),
}
LOSSES = {
    "sparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
    "binaryCrossentropy": "binary_crossentropy",
    "meanSquaredError": "mean_squared_error",
}
LAYERS = {
    "dense": lambda layer: keras.layers.Dense(layer["units"], activation=layer["activation"]),
    "dropout": lambda layer: keras.layers.Dropout(layer["rate"]),
    "reshape": lambda layer: keras.layers.Reshape(layer["targetShape"]),
    "flatten": lambda layer: keras.layers.Flatten(),
    "conv2d": lambda layer: keras.layers.Conv2D(
        layer["filters"], layer["kernelSize"], activation=layer["activation"]
    ),
    "maxPooling2d": lambda layer: keras.layers.MaxPooling2D(layer["poolSize"]),
}


class Peer:
    nets = {}
    version = f"{keras.__version__} (JAX {jax.__version__})"
    formulas = {"adam": "keras", "rmsprop": "keras"}

    @staticmethod
    def compiled(f, *inputs):
        """A call of a jitted function to its end, and its last result."""
        f, last = jax.jit(f), None

        def run():
            nonlocal last
            last = f(*inputs).block_until_ready()

        return run, lambda: np.asarray(last)

    def gemm(self, a, b, form):
        orient = [jnp.transpose if f == "T" else (lambda x: x) for f in form]
        return self.compiled(lambda a, b: keras.ops.matmul(orient[0](a), orient[1](b)), jnp.array(a), jnp.array(b))

    def convolution(self, kind, a, b, images, kernel):
        def forward(x, w):
            return keras.ops.conv(x, w, padding="same", data_format="channels_last")

        # The passes backward do not read the operand that they are the gradient of.
        calls = {
            "forward": forward,
            "input": lambda dy, w: jax.vjp(lambda x: forward(x, w), jnp.zeros(images))[1](dy)[0],
            "kernel": lambda x, dy: jax.vjp(lambda w: forward(x, w), jnp.zeros(kernel))[1](dy)[0],
        }
        return self.compiled(calls[kind], jnp.array(a), jnp.array(b))

    def function(self, name, x):
        return self.compiled(FUNCTIONS[name], jnp.array(x))

    def adam(self, w, g):
        optimizer = keras.optimizers.Adam(0.001)
        weight = keras.Variable(w)
        optimizer.build([weight])
        step = jax.jit(lambda own, gradients, weights: optimizer.stateless_apply(own, gradients, weights))
        state = {"g": jnp.array(g), "w": [weight.value], "own": [variable.value for variable in optimizer.variables]}

        def run():
            state["w"], state["own"] = step(state["own"], [state["g"]], state["w"])
            state["w"][0].block_until_ready()

        def clear():
            state["g"] = jnp.zeros_like(state["g"])

        return run, lambda: np.asarray(state["w"][0]), clear

    @staticmethod
    def build(model, weights, plain):
        layers = [keras.Input((model["inputs"],))]
        for layer in model["layers"]:
            if not (plain and layer["kind"] == "dropout"):
                layers.append(LAYERS[layer["kind"]](layer))
        net = keras.Sequential(layers)
        net.set_weights(with_seeds(net, weights))
        return net

    def predict(self, model, weights, form, rows):
        refuse_sparse(form)
        net = self.build(model, weights, True)
        # `predict` walks a data set and reports to callbacks; this is the call for one batch.
        return net.predict_on_batch

    def train(self, model, weights, samples, form, batch, plain):
        refuse_sparse(form)
        return Session(self.trainable(model, weights, plain), samples, batch, plain)

    def trainable(self, model, weights, plain):
        """A compiled model; compiled once, however often it is trained anew."""
        key = (json.dumps(model), plain)
        if key not in self.nets:
            self.nets[key] = self.build(model, weights, plain)
            self.nets[key].compile(optimizer=model["optimizer"], loss=LOSSES[model["loss"]])
            return self.nets[key]
        net = self.nets[key]
        net.set_weights(with_seeds(net, weights))
        for variable in net.optimizer.variables:
            if variable is not net.optimizer.learning_rate:
                variable.assign(np.zeros(variable.shape, variable.dtype))
        return net


def with_seeds(net, weights):
    """The weights of a model whose dropout layers keep a state among them."""
    values = iter(weights)
    return [np.asarray(old) if old.dtype != np.float32 else next(values) for old in net.get_weights()]


def refuse_sparse(form):
    if form != "dense":
        raise ValueError("sparse input is not measured")


class Session:
    def __init__(self, net, samples, batch, plain):
        self.net, self.samples, self.batch, self.plain = net, samples, batch, plain

    def train(self, epochs):
        ended = []
        clock = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda _epoch, logs: ended.append((perf_counter(), float(logs["loss"])))
        )
        options = {"epochs": epochs, "batch_size": self.batch, "shuffle": not self.plain, "callbacks": [clock]}
        # A line for each epoch, like this library's default; the progress bar would cost more.
        self.net.fit(self.samples["x"], self.samples["y"], verbose=2, **options)
        return ended
