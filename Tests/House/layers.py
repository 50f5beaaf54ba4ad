"""Who may depend on whom is written three times: in the rules for imports, in Package.swift, in the table that people
read. Here they are held together."""

import re

from rules import MAY_IMPORT, closure

TARGET = re.compile(r'\.(?:target|executableTarget|systemLibrary)\(\s*name: "([\w-]+)"')
ROW = re.compile(r"^\| `([\w-]+)` \|([^|]*)\|[^|]*\|$")


def findings(package, architecture):
    """(file, line, message) of what the two texts have wrong."""
    targets = dict(sources(package))
    rows = {}
    for number, line in enumerate(architecture.split("\n"), 1):
        if found := ROW.match(line):
            rows[found.group(1)] = number, set(re.findall(r"`([\w-]+)`", found.group(2)))
    for name, (line, dependencies) in targets.items():
        for dependency in sorted(dependencies & targets.keys() - closure(name) if name in MAY_IMPORT else ()):
            yield "Package.swift", line, f"{name} may not depend on {dependency}"
        if name not in rows:
            yield "Documentation/architecture.md", 1, f"the table has no row of {name}"
        elif rows[name][1] != (wanted := MAY_IMPORT.get(name, dependencies & targets.keys())):
            row, told = rows[name]
            difference = ", ".join(sorted(told ^ wanted))
            yield "Documentation/architecture.md", row, f"the table and the rules differ about {name}: {difference}"
    for name in sorted(rows.keys() - targets.keys()):
        yield "Documentation/architecture.md", rows[name][0], f"Package.swift has no target {name}"


def sources(package):
    """(name, (line, names of dependencies)) of each target that is not the tests'."""
    starts = list(TARGET.finditer(package))
    for found, end in zip(starts, [found.start() for found in starts[1:]] + [len(package)]):
        text = package[found.start() : end].split(".testTarget(")[0]
        if 'path: "Tests/' in text:
            continue
        listed = re.search(r"dependencies: \[(.*?)\]", text, re.DOTALL)
        products = re.sub(r"\.product\([^)]*\)", "", listed.group(1)) if listed else ""
        line = package.count("\n", 0, found.start()) + 1
        yield found.group(1), (line, set(re.findall(r'"([\w-]+)"', products)))
