"""Prints the bytes of the packages that are named and of all that they depend on, as they are installed."""

import re
import sys
from importlib import metadata
from os import path


def follow(name, reached):
    """Adds the files of a package and of its dependencies; those of extras are not among them."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in reached:
        return
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    reached[key] = [package.locate_file(file) for file in package.files or []]
    for requirement in package.requires or []:
        if "extra ==" not in requirement:
            follow(re.match(r"[\w.-]+", requirement).group(), reached)


found = {}
for wanted in sys.argv[1:]:
    follow(wanted, found)
print(sum(path.getsize(file) for files in found.values() for file in files if path.isfile(file)))
