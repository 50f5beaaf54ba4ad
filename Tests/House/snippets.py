"""What an article shows as Swift is compiled: each block of code is in a file of the examples, line by line, at whatever
depth it is indented there."""

import re

FENCE = re.compile(r"\s*```(\w*)\s*$")


def findings(text, sources):
    """(line, message) of each block that is in none of the sources."""
    sources = [source.split("\n") for source in sources]
    for number, block in blocks(text):
        if not any(occurs(block, source) for source in sources):
            yield number, "shows Swift that is in no file of Examples/Sources"


def blocks(text):
    """The line of its fence, and the lines, of each block of Swift."""
    found, language = [], None
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        if fence and language is None:
            language = fence.group(1).lower()
            if language == "swift":
                found.append((number, []))
        elif fence:
            language = None
        elif language == "swift":
            found[-1][1].append(line)
    return found


def occurs(block, source):
    return any(is_at(start, block, source) for start in range(len(source) - len(block) + 1))


def is_at(start, block, source):
    if not block or not source[start].endswith(block[0]):
        return False
    depth = source[start][: len(source[start]) - len(block[0])]
    return not depth.strip() and all(
        there == (depth + line if line else "") for line, there in zip(block, source[start:]))
