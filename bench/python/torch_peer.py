"""PyTorch on one thread of the CPU: modules, optimizers and the usual loop over shuffled batches."""

from time import perf_counter

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.set_num_interop_threads(1)
torch.manual_seed(1)

FUNCTIONS = {
    "softmax": lambda x: torch.softmax(x, 1),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "gelu": F.gelu,
}
ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "softmax": lambda: nn.Softmax(1), "linear": nn.Identity}
OPTIMIZERS = {
    "adam": lambda weights: torch.optim.Adam(weights, lr=0.001, eps=1e-7),
    "rmsprop": lambda weights: torch.optim.RMSprop(weights, lr=0.001, alpha=0.9, eps=1e-7),
}
# From what stands before the last activation, as PyTorch has it.
LOSSES = {
    "sparseCategoricalCrossentropy": lambda z, y: F.cross_entropy(z, y),
    "binaryCrossentropy": F.binary_cross_entropy_with_logits,
    "meanSquaredError": F.mse_loss,
}


class Bag(nn.Module):
    """A dense layer over rows of ones at a few places: the sum of the kernel's rows there."""

    def __init__(self, inputs, units):
        super().__init__()
        self.bag = nn.EmbeddingBag(inputs, units, mode="sum")
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, rows):
        indices, offsets = rows
        return self.bag(indices, offsets) + self.bias


class Images(nn.Module):
    """Rows as images, channels last, as the models have them; PyTorch has channels first."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(-1, *self.shape).permute(0, 3, 1, 2)


class Flat(nn.Module):
    """Images as rows, channels last."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class Peer:
    version = torch.__version__
    formulas = {"adam": "torch", "rmsprop": "torch"}

    def gemm(self, a, b, form):
        a, b = (torch.from_numpy(x).T if f == "T" else torch.from_numpy(x) for x, f in zip((a, b), form))
        c = torch.empty(a.shape[0], b.shape[1])
        return lambda: torch.mm(a, b, out=c), c.numpy

    def convolution(self, kind, a, b, images, kernel):
        """One pass, on arrays with their channels last, which is also how PyTorch has them in memory here."""

        def last_axis(x):
            return torch.from_numpy(x).permute(0, 3, 1, 2)

        def weights(x):
            return torch.from_numpy(x).permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)

        first = last_axis(a)
        second = last_axis(b) if kind == "kernel" else weights(b)
        padding = kernel[0] // 2
        n, height, width, channels = images
        calls = {
            "forward": lambda: torch.conv2d(first, second, padding=padding),
            "input": lambda: torch.nn.grad.conv2d_input((n, channels, height, width), second, first, padding=padding),
            "kernel": lambda: torch.nn.grad.conv2d_weight(
                first, (kernel[3], channels, *kernel[:2]), second, padding=padding
            ),
        }
        call, last = calls[kind], None

        def run():
            nonlocal last
            last = call()

        order = (2, 3, 1, 0) if kind == "kernel" else (0, 2, 3, 1)
        return run, lambda: last.permute(*order).contiguous().numpy()

    def function(self, name, x):
        x, last = torch.from_numpy(x), None
        f = FUNCTIONS[name]

        def run():
            nonlocal last
            last = f(x)

        return run, lambda: last.numpy()

    def adam(self, w, g):
        w = torch.from_numpy(w.copy())
        w.grad = torch.from_numpy(g.copy())
        optimizer = OPTIMIZERS["adam"]([w])
        return optimizer.step, w.numpy, w.grad.zero_

    def build(self, model, weights, form, plain):
        """The modules of a model, without its last activation, and that."""
        modules = []
        shapes = iter(model["weights"])
        for layer in model["layers"]:
            kind = layer["kind"]
            if kind == "dropout":
                if not plain:
                    modules.append(nn.Dropout(layer["rate"]))
            elif kind == "reshape":
                modules.append(Images(layer["targetShape"]))
            elif kind == "flatten":
                modules.append(Flat())
            elif kind == "maxPooling2d":
                modules.append(nn.MaxPool2d(layer["poolSize"]))
            else:
                kernel, _bias = next(shapes), next(shapes)
                if kind == "conv2d":
                    modules.append(nn.Conv2d(kernel[2], kernel[3], kernel[0]))
                else:
                    modules.append((Bag if form == "csr" and not modules else nn.Linear)(*kernel))
                modules.append(ACTIVATIONS[layer["activation"]]())
        *body, last = modules
        values = iter(weights)
        with torch.no_grad():
            for module in body:
                if isinstance(module, Bag):
                    module.bag.weight.copy_(torch.from_numpy(next(values)))
                    module.bias.copy_(torch.from_numpy(next(values)))
                elif isinstance(module, nn.Linear):
                    module.weight.copy_(torch.from_numpy(next(values)).T)
                    module.bias.copy_(torch.from_numpy(next(values)))
                elif isinstance(module, nn.Conv2d):
                    module.weight.copy_(torch.from_numpy(next(values)).permute(3, 2, 0, 1))
                    module.bias.copy_(torch.from_numpy(next(values)))
        return nn.Sequential(*body), last

    def predict(self, model, weights, form, rows):
        body, last = self.build(model, weights, form, True)
        net = nn.Sequential(body, last).eval()

        @torch.inference_mode()
        def dense(x):
            return net(torch.from_numpy(x)).numpy()

        @torch.inference_mode()
        def csr(indptr, indices):
            return net((torch.from_numpy(indices), torch.from_numpy(indptr[:-1]))).numpy()

        return csr if form == "csr" else dense

    def train(self, model, weights, samples, form, batch, plain):
        return Session(*self.build(model, weights, form, plain), model, samples, batch, plain)


class Session:
    def __init__(self, net, _last, model, samples, batch, plain):
        self.net, self.batch, self.plain = net.train(), batch, plain
        self.rows, self.loss = samples["rows"], LOSSES[model["loss"]]
        self.optimizer = OPTIMIZERS[model["optimizer"]](net.parameters())
        y = torch.from_numpy(samples["y"].copy())
        self.y = y.long().reshape(-1) if model["targets"] == "labels" else y
        if "x" in samples:
            x = torch.from_numpy(samples["x"].copy())
            self.take = lambda order: x[order]
        else:
            indptr, indices = (torch.from_numpy(samples[name].copy()).long() for name in ("indptr", "indices"))
            lengths = indptr.diff()
            self.take = lambda order: take_bags(indptr, indices, lengths, order)

    def train(self, epochs):
        ended = []
        for _ in range(epochs):
            order = torch.arange(self.rows) if self.plain else torch.randperm(self.rows)
            total = 0.0
            for rows in order.split(self.batch):
                self.optimizer.zero_grad()
                loss = self.loss(self.net(self.take(rows)), self.y[rows])
                loss.backward()
                self.optimizer.step()
                total += loss.item() * len(rows)
            ended.append((perf_counter(), total / self.rows))
        return ended


def take_bags(indptr, indices, lengths, rows):
    """The indices of some rows, one after the other, and where each begins."""
    counts = lengths[rows]
    offsets = counts.cumsum(0) - counts
    at = torch.arange(int(counts.sum())) + (indptr[rows] - offsets).repeat_interleave(counts)
    return indices[at], offsets
