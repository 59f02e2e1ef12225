"""Loops of one's own: two models trained in turns, and a model whose outputs have losses of their own."""

import jax
import keras

from .values import computed, given, named, native, normal, number, random_state, snake, title

ROUNDS = 5
BATCH = 6
LOSS_WEIGHTS = [0.25, 3]
OPTIMIZERS = [
    ("sgd", {"learningRate": 0.1}),
    ("sgd", {"learningRate": 0.1, "momentum": 0.75}),
    ("adam", {"learningRate": 0.01, "beta1": 0.5}),
]


def _generator():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(5)])


def _discriminator():
    regularizer = keras.regularizers.L2(0.01)
    hidden = keras.layers.Dense(7, activation="leaky_relu", kernel_regularizer=regularizer)
    return keras.Sequential([keras.Input((5,)), hidden, keras.layers.Dense(1)])


def _heads():
    x = keras.Input((6,))
    trunk = keras.layers.Dense(8, activation="tanh", name="trunk")(x)
    value = keras.layers.Dense(2, name="value")(trunk)
    kind = keras.layers.Dense(3, activation="softmax", name="kind")(trunk)
    return keras.Model(x, [value, kind])


def make():
    rng = random_state("loops")
    gan = {
        "generator": _weights(rng, _generator()),
        "discriminator": _weights(rng, _discriminator()),
        "real": normal(rng, (ROUNDS, BATCH, 5)),
        "noise": normal(rng, (2 * ROUNDS, BATCH, 3)),
    }
    heads = {
        "weights": _weights(rng, _heads()),
        "input": normal(rng, (ROUNDS, BATCH, 6)),
        "value": normal(rng, (ROUNDS, BATCH, 2)),
        "kind": rng.randint(3, size=(ROUNDS, BATCH)),
    }
    return {
        "gan": {key: _described(value) for key, value in gan.items()},
        "heads": {key: _described(value) for key, value in heads.items()} | {"lossWeights": LOSS_WEIGHTS},
        "cases": [_gan(gan, *optimizer) for optimizer in OPTIMIZERS]
        + [_of_heads(heads, *optimizer) for optimizer in OPTIMIZERS],
    }


def _weights(rng, model):
    return [normal(rng, variable.shape, variable.shape[0] ** -0.5) for variable in model.weights]


def _described(value):
    return [given(one) for one in value] if isinstance(value, list) else given(value)


def _gan(setup, optimizer, config):
    """In each round a step of the discriminator, then one of the generator; each with its own optimizer."""
    models = {"generator": _generator(), "discriminator": _discriminator()}
    values, optimizers, slots = {}, {}, {}
    for name, model in models.items():
        values[name] = [native(weight) for weight in setup[name]]
        optimizers[name] = named(keras.optimizers, optimizer)(**snake(config))
        optimizers[name].build(model.trainable_variables)
        slots[name] = [variable.value for variable in optimizers[name].variables]
    crossentropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(name, weights, x):
        """What a model puts out, and its penalties."""
        y, _, penalties = models[name].stateless_call(weights, [], x, training=True, return_losses=True)
        return y, sum(penalties)

    def of_discriminator(weights, noise, real):
        made, _ = call("generator", values["generator"], noise)
        on_real, penalty = call("discriminator", weights, real)
        on_made, _ = call("discriminator", weights, made)
        losses = {
            "real": crossentropy(keras.ops.ones_like(on_real), on_real),
            "made": crossentropy(keras.ops.zeros_like(on_made), on_made),
        }
        return sum(losses.values()) + penalty, losses

    def of_generator(weights, noise):
        made, _ = call("generator", weights, noise)
        on_made, _ = call("discriminator", values["discriminator"], made)
        return crossentropy(keras.ops.ones_like(on_made), on_made), {}

    def step(name, loss, *data):
        (value, terms), gradients = jax.value_and_grad(loss, has_aux=True)(values[name], *data)
        values[name], slots[name] = optimizers[name].stateless_apply(slots[name], gradients, values[name])
        return {key: number(one) for key, one in ({"loss": value} | terms).items()}

    logs = []
    for i in range(ROUNDS):
        logs.append(
            {
                "discriminator": step(
                    "discriminator", of_discriminator, native(setup["noise"][2 * i]), native(setup["real"][i])
                ),
                "generator": step("generator", of_generator, native(setup["noise"][2 * i + 1])),
            }
        )
    return {
        "name": title(f"two models by {optimizer}", config),
        "kind": "gan",
        "optimizer": optimizer,
        "config": config,
        "logs": logs,
        **{name: [computed(weight) for weight in values[name]] for name in models},
    }


def _of_heads(setup, optimizer, config):
    model = _heads()
    model.set_weights(setup["weights"])
    model.compile(
        named(keras.optimizers, optimizer)(**snake(config)),
        loss=["mean_squared_error", "sparse_categorical_crossentropy"],
        loss_weights=LOSS_WEIGHTS,
    )
    logs = []
    for i in range(ROUNDS):
        x, value, kind = (native(setup[part][i]) for part in ("input", "value", "kind"))
        logs.append(model.train_on_batch(x, [value, kind], return_dict=True))
    return {
        "name": title(f"two outputs by {optimizer}", config),
        "kind": "heads",
        "optimizer": optimizer,
        "config": config,
        "logs": [{key: number(value) for key, value in one.items()} for one in logs],
        "weights": [computed(value) for value in model.get_weights()],
    }
