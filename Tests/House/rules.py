"""The rules themselves: text in, findings out. Each finding is (line, is error, message)."""

import re

from swift_text import code_only, declared_bodies, enclosing_enumerations

# The table of the design: a target may import these and whatever they may import.
MAY_IMPORT = {
    "Linux": {"CLinux"},
    "Processes": {"Linux"},
    "Cgroups": {"Linux"},
    "Namespaces": {"Processes"},
    "Isolation": {"Namespaces", "Cgroups", "CSeccomp"},
    "JSON": set(),
    "SQLite": {"CSQLite"},
    "OCI": {"JSON"},
    "Containers": {"Isolation", "OCI"},
    "Screen": {"CCurses", "Linux"},
    "CommandDescription": {"Linux"},
    "Lab": {"CourseFiles", "Isolation", "Namespaces"},
    "Web": {"PageFiles", "JSON", "Isolation", "Namespaces"},
    "Commands": {"CommandDescription", "JSON", "SQLite", "Screen", "Lab", "Web", "Containers", "Isolation"},
    "EngineCommands": {"CommandDescription", "Containers"},
    "pangaea": {"Commands"},
    "pangaea-oci": {"EngineCommands"},
}
ANYWHERE = {"Swift", "Synchronization", "SystemPackage", "Logging"}
OTHERS = {
    "Linux": {"Glibc"},
    "Commands": {"ArgumentParser"},
}
LIBC = {"Glibc", "CLinux", "Musl", "Darwin"}
JSON = re.compile(r"\bJSON(Encoder|Decoder|Serialization)\b")

FILE_LINES, FILE_LIMIT = 400, 450
FUNCTION_LINES, FUNCTION_LIMIT = 40, 55

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)"
)
FORBIDDEN = [
    (re.compile(r"\bsyscall\b"), "names `syscall`; only Linux may"),
    (re.compile(r"(?<![.\w])errno\b(?!\s*:)"), "names C's `errno`; only Linux may"),
    (re.compile(r"\bwith(?:out)?Unsafe\w*Pointer\w*|\bUnsafe\w*Pointer\b"), "names an `Unsafe…Pointer`; only Linux may"),
]
PUBLIC = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public|open)\s+(?!import\b|extension\b)(?:[\w()]+\s+)*?"
    r"(?:struct|class|enum|protocol|actor|func|init|subscript|var|let|typealias|macro)\b"
)
# What the standard library's protocols ask for is documented there.
INHERITED = re.compile(
    r"func (?:==|<|hash\s*\(into|encode\s*\(to)|init\s*\(from decoder|init\s*\(rawValue:|let rawValue\b|"
    r"var (?:description|debugDescription|errorDescription|id|hashValue)\b|init\s*\(arrayLiteral"
)
CASE = re.compile(r"^\s*(?:indirect\s+)?case\s+`?\w")


def closure(module):
    allowed, waiting = set(), list(MAY_IMPORT.get(module, ()))
    while waiting:
        name = waiting.pop()
        if name not in allowed:
            allowed.add(name)
            waiting.extend(MAY_IMPORT.get(name, ()))
    return allowed


def findings(path, text):
    if path.endswith(".swift"):
        yield from swift_findings(path, text)
    elif path.endswith(".h") and "/include/" in path:
        yield from header_findings(text)
    yield from file_length(text)


def swift_findings(path, text):
    parts = path.split("/")
    module = parts[1] if parts[0] == "Sources" else None
    code = code_only(text)
    lines = code.split("\n")
    if not text.startswith("//"):
        yield 1, True, "opens without a sentence on why the file exists"
    yield from imports(module, lines)
    if module != "Linux":
        yield from matches(lines, FORBIDDEN)
    if module == "Isolation":
        yield from matches(lines, [(re.compile(r"\btry\?"), "`try?` on a step that isolates")])
    yield from function_lengths(code)
    if module:
        yield from documentation(text.split("\n"), lines, code)


def imports(module, lines):
    uses_json = any(JSON.search(line) for line in lines)
    allowed = closure(module) - LIBC | ANYWHERE | OTHERS.get(module, set()) if module else None
    if module == "Linux":
        allowed |= LIBC
    for number, line in enumerate(lines, 1):
        found = IMPORT.match(line)
        if not found:
            continue
        name = found.group(1)
        if name == "Foundation":
            yield number, True, "imports Foundation; nothing does"
        elif name == "FoundationEssentials":
            if not uses_json:
                yield number, True, "imports FoundationEssentials where no JSON is read or written"
        elif name in LIBC:
            if module != "Linux":
                yield number, True, f"imports {name}; only Linux may"
        elif allowed is not None and name not in allowed:
            yield number, True, f"{module} may not import {name}"


def matches(lines, patterns):
    for number, line in enumerate(lines, 1):
        for pattern, message in patterns:
            if pattern.search(line):
                yield number, True, message


def function_lengths(code):
    for name, first, last in declared_bodies(code):
        length = last - first + 1
        if length > FUNCTION_LINES:
            yield first, length > FUNCTION_LIMIT, f"{name} has {length} lines; about {FUNCTION_LINES} are enough"


def file_length(text):
    length = text.count("\n")
    if length > FILE_LINES:
        yield length, length > FILE_LIMIT, f"the file has {length} lines; about {FILE_LINES} are enough"


def documentation(text_lines, code_lines, code):
    public_cases = enclosing_enumerations(code)
    for index, line in enumerate(code_lines):
        is_public = PUBLIC.match(line) and not INHERITED.search(line)
        is_case = index + 1 in public_cases and CASE.match(line)
        if (is_public or is_case) and not documented(text_lines, index):
            yield index + 1, True, f"public symbol without a doc comment: {line.strip()[:60]}"


def documented(lines, index):
    above = index - 1
    while above >= 0 and re.match(r"\s*@\w+", lines[above]):
        above -= 1
    return above >= 0 and lines[above].strip().startswith("///")


def header_findings(text):
    """Headers that Swift reads must not drag libc in: it would clash with the Glibc module."""
    for number, line in enumerate(text.split("\n"), 1):
        found = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
        if found and not re.match(r"linux/|stdint\.h$|stddef\.h$|stdbool\.h$", found.group(1)):
            yield number, True, f"a header includes <{found.group(1)}>; <stdint.h> and <linux/*.h> only"
