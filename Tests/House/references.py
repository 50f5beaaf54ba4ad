"""What the documentation names has to be there: what it links to, suites, folders and files of this repository."""

import os
import re

LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
PATH = re.compile(r"`((?:Benchmarks|Documentation|Examples|Programs|Sources|Tests)/[\w./-]+)`")
SUITE = re.compile(r"\*Tested\*.*`(\w+Tests)`")


def findings(name, text, exists):
    """(line, message) of each thing that is not there; `exists` answers for a path from the repository's top."""
    folder = os.path.dirname(name)
    for number, line in enumerate(text.split("\n"), 1):
        for link in LINK.findall(line):
            if not exists(os.path.normpath(os.path.join(folder, link))):
                yield number, f"links to {link}, which is not there"
        for path in PATH.findall(line) + ["Tests/" + suite for suite in SUITE.findall(line)]:
            if not exists(path) and not exists(os.path.join(folder, path)):
                yield number, f"names {path}, which is not there"
