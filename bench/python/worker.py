"""The process of a Python peer: `python worker.py MODULE FOLDER`. It answers the requests of peers/worker.js."""

import importlib
import json
import os
import sys

from families import FAMILIES
from measure import with_core
from work import Work


def main():
    module, folder = sys.argv[1:]
    # What libraries print while they train is made, and goes nowhere: answers alone are for the reader.
    answers = sys.stdout
    sys.stdout = open(os.devnull, "w")

    def reply(answer):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    peer = importlib.import_module(module).Peer()
    work = Work(folder)
    opened = None
    reply({"version": peer.version, "formulas": peer.formulas})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "open":
                try:
                    opened = FAMILIES[request["family"]](peer, request["row"], work, request["pace"])
                    answer = {"outputs": opened.outputs()}
                except ValueError as error:
                    answer = {"refused": str(error)}
                except Exception as error:
                    answer = {"refused": f"{type(error).__name__}: {error}"}
            elif request["do"] == "time":
                answer = with_core(lambda: opened.time(request["pace"]))
            else:
                opened = None
                answer = {}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        reply(answer)


main()
