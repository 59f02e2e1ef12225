"""What Python peers work on: the files that work/folder.js writes."""

import json
from pathlib import Path

import numpy as np


class Work:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.models = json.loads((self.folder / "models.json").read_text())

    def array(self, name, dtype=np.float32):
        suffix = "i32" if dtype == np.int32 else "f32"
        return np.fromfile(self.folder / f"{name}.{suffix}", dtype=dtype)

    def noise(self, name, *shape):
        return self.array(f"noise/{name}")[: int(np.prod(shape))].reshape(shape)

    def weights(self, name):
        """Kernel and bias of every layer that has them, in turn."""
        shapes = self.models[name]["weights"]
        return [self.array(f"weights/{name}/{i}").reshape(shape) for i, shape in enumerate(shapes)]

    def samples(self, name, form, rows):
        """The first rows of the data of a model: x [rows, inputs], or indptr and indices of its ones; y [rows, ...]."""
        model = self.models[name]
        data, inputs = model["data"], model["inputs"]
        y = self.array(f"{data}/y")[:rows].reshape(rows, 1)
        if data == "reviews":
            indptr = self.array(f"{data}/indptr", np.int32)[: rows + 1]
            indices = self.array(f"{data}/indices", np.int32)[: indptr[rows]]
            if form == "csr":
                return {"rows": rows, "indptr": indptr, "indices": indices, "y": y}
            x = np.zeros((rows, inputs), np.float32)
            x[np.repeat(np.arange(rows), np.diff(indptr)), indices] = 1
            return {"rows": rows, "x": x, "y": y}
        x = self.array(f"{data}/x")[: rows * inputs].reshape(rows, inputs)
        return {"rows": rows, "x": x, "y": x if model["targets"] == "inputs" else y}
