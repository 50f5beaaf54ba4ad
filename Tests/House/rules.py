"""The rules themselves: text in, findings out. Each finding is (line, is error, message)."""

import re

from swift_text import code_only, declared_bodies, enclosing_enumerations, enclosing_types, throwing_functions

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
    "TerminalEmulator": {"CVTerm", "Linux"},
    "Lab": {"CourseFiles", "Isolation", "Namespaces"},
    "Web": {"PageFiles", "JSON", "Isolation", "Namespaces"},
    "Commands": {"CommandDescription", "JSON", "SQLite", "Screen", "TerminalEmulator", "Lab", "Web", "Isolation"},
    "EngineCommands": {"CommandDescription", "Containers"},
    "pangaea": {"Commands", "ProgramStart"},
    "pangaea-oci": {"EngineCommands", "ProgramStart", "ProtectedStart"},
}
ANYWHERE = {"Swift", "Synchronization", "SystemPackage"}
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
# What undoes or ends a step says why its failure is left: `do { … } catch {}` with a reason. A reading may be `try?`.
DISCARDS_OPENLY = {"Cgroups", "Containers"}
DISCARDED = (re.compile(r"^\s*(?:_ = )?try\?|[{;]\s*(?:_ = )?try\?"), "`try?` lets a failed step pass in silence")
PUBLIC = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public|open)\s+(?!import\b|extension\b)(?:[\w()]+\s+)*?"
    r"(?:struct|class|enum|protocol|actor|func|init|subscript|var|let|typealias|macro)\b"
)
PUBLIC_TYPE = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*public\s+(?:(?:final|indirect|nonisolated)\s+)*(?:struct|class|enum|protocol|actor)\s+\w"
)
# What the standard library's protocols ask for is documented there.
INHERITED = re.compile(
    r"func (?:==|<|hash\s*\(into|encode\s*\(to)|init\s*\(from decoder|init\s*\(rawValue:|let rawValue\b|"
    r"var (?:description|debugDescription|errorDescription|id|hashValue)\b|init\s*\(arrayLiteral"
)
CASE = re.compile(r"^\s*(?:indirect\s+)?case\s+`?\w")
# A type alone says nothing that the signature does not.
THROWS = re.compile(r"///\s+- Throws: (?!`\w+`\.?$)\S", re.MULTILINE)
# What these are and throw comes from the kernel: who reads of it is told where more is written.
NAMES_SOURCES = {"Linux", "Processes", "Namespaces", "Cgroups", "Isolation"}
SOURCE = re.compile(
    r"Corresponds to|Source:|\b[\w.+-]+\(\d\w?\)|"
    r"\b(?:Documentation|include|kernel|fs|mm|net|drivers|security)/[\w/.-]+\.(?:rst|txt|h|c)\b"
)


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
    if module in DISCARDS_OPENLY:
        yield from matches(lines, [DISCARDED])
    yield from function_lengths(code)
    if module:
        yield from documentation(text.split("\n"), lines, code)
        yield from errors_and_sources(module, text.split("\n"), lines, code)
        if module in NAMES_SOURCES:
            yield from sources_of_types(text.split("\n"), lines, code)


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
    return comment_above(lines, index).startswith("///")


def comment_above(lines, index):
    """The comment lines over a declaration and its attributes."""
    end = index
    while end > 0 and re.match(r"\s*@\w+", lines[end - 1]):
        end -= 1
    first = end
    while first > 0 and lines[first - 1].strip().startswith("//"):
        first -= 1
    return "\n".join(line.strip() for line in lines[first:end])


def sources_of_types(text_lines, code_lines, code):
    """A public type of the kernel's modules says where more is written, itself, by a type that it lies in, or by its
    file's opening."""
    opening = file_opening(text_lines)
    types = list(enclosing_types(code))
    for number, line in enumerate(code_lines, 1):
        if not PUBLIC_TYPE.match(line):
            continue
        around = [comment_above(text_lines, first - 1) for first, last in types if first <= number <= last]
        if not any(SOURCE.search(place) for place in [opening] + around):
            yield number, True, "a public type, and nothing names a source: `Source:`, a manual page or a kernel path"


def file_opening(text_lines):
    return comment_above(text_lines, next((i for i, line in enumerate(text_lines) if not line.startswith("//")), 0))


def errors_and_sources(module, text_lines, code_lines, code):
    """A public function that throws says when; of the kernel's modules also where that is written, by itself, by a
    type that it lies in, or by its file's opening."""
    opening = file_opening(text_lines)
    types = list(enclosing_types(code))
    for number in throwing_functions(code):
        line = code_lines[number - 1]
        if not PUBLIC.match(line) or INHERITED.search(line):
            continue
        comment = comment_above(text_lines, number - 1)
        if not THROWS.search(comment):
            yield number, True, "throws, and no `- Throws:` says what and when"
        around = [comment_above(text_lines, first - 1) for first, last in types if first < number <= last]
        if module in NAMES_SOURCES and not any(SOURCE.search(place) for place in [comment, opening] + around):
            yield number, True, "throws, and nothing names a source: `Source:`, a manual page or a kernel path"


def header_findings(text):
    """Headers that Swift reads must not drag libc in: it would clash with the Glibc module."""
    for number, line in enumerate(text.split("\n"), 1):
        found = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
        if found and not re.match(r"linux/|stdint\.h$|stddef\.h$|stdbool\.h$", found.group(1)):
            yield number, True, f"a header includes <{found.group(1)}>; <stdint.h> and <linux/*.h> only"
