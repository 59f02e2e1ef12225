"""Cold start of a Python peer: `python start.py MODULE FOLDER` imports it, makes a model and predicts one row."""

import importlib
import sys

from work import Work

module, folder = sys.argv[1:]
peer = importlib.import_module(module).Peer()
work = Work(folder)
call = peer.predict(work.models["boston"], work.weights("boston"), "dense", 1)
print(float(call(work.samples("boston", "dense", 1)["x"])[0, 0]), flush=True)
