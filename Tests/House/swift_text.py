"""As much of Swift's grammar as the rules need: code without comments and strings, and where bodies end."""

import re


def code_only(text):
    """The text with comments and string contents blanked; lines keep their numbers, interpolations stay code."""
    out = []
    scan_code(text, 0, out, closing=None)
    return "".join(out)


def blank(piece):
    return re.sub(r"[^\n]", " ", piece)


def scan_code(text, at, out, closing):
    """Copies code from `at`; with `closing`, stops after the parenthesis that ends an interpolation."""
    depth = 0
    while at < len(text):
        if text.startswith("//", at):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            out.append(blank(text[at:end]))
            at = end
        elif text.startswith("/*", at):
            at = skip_comment(text, at, out)
        elif string := re.compile(r'(#*)("""|")').match(text, at):
            at = scan_string(text, at, string, out)
        else:
            if closing and text[at] == "(":
                depth += 1
            if closing and text[at] == ")":
                depth -= 1
                if depth < 0:
                    out.append(" ")
                    return at + 1
            out.append(text[at])
            at += 1
    return at


def skip_comment(text, at, out):
    depth, start = 0, at
    while at < len(text):
        if text.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif text.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                break
        else:
            at += 1
    out.append(blank(text[start:at]))
    return at


def scan_string(text, at, opening, out):
    hashes, quotes = opening.groups()
    closing, interpolation, escape = quotes + hashes, "\\" + hashes + "(", "\\" + hashes
    out.append('"')
    out.append(" " * (len(opening.group()) - 1))
    at = opening.end()
    while at < len(text):
        if text.startswith(closing, at):
            out.append(" " * (len(closing) - 1) + '"')
            return at + len(closing)
        if text.startswith(interpolation, at):
            out.append(" " * len(interpolation))
            at = scan_code(text, at + len(interpolation), out, closing=")")
        elif text.startswith(escape, at):
            out.append(blank(text[at : at + len(escape) + 1]))
            at += len(escape) + 1
        else:
            out.append(blank(text[at]))
            at += 1
    return at


FUNCTION = re.compile(r"\b(func\s+(?:\w+|[^\w\s(]+)|init\b[?!]?|deinit\b|subscript\b)\s*[(<{]")


def declared_bodies(code):
    """(name, first line, last line) of each function, initializer, deinitializer and subscript with a body."""
    for found in FUNCTION.finditer(code):
        if found.group(1).startswith("init") and code[: found.start()].rstrip().endswith((".", "=")):
            continue
        opening = body_start(code, found.end() - 1)
        if opening is None:
            continue
        first = code.count("\n", 0, found.start()) + 1
        yield found.group(1), first, code.count("\n", 0, matching_brace(code, opening)) + 1


def body_start(code, at):
    """The brace that opens the body of the declaration whose parameter list is at `at`, if it has one."""
    depth = 0
    while at < len(code):
        character = code[at]
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
            if depth < 0:
                return None
        elif character == "{" and depth == 0:
            return at
        elif character == "}" and depth == 0:
            return None
        elif character == "\n" and depth == 0 and not re.match(r"\s*(?:throws|async|->|where|\{)", code[at:at + 200]):
            return None
        at += 1
    return None


def matching_brace(code, opening):
    depth = 0
    for at in range(opening, len(code)):
        if code[at] == "{":
            depth += 1
        elif code[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return len(code) - 1


ENUMERATION = re.compile(r"\bpublic\s+(?:indirect\s+)?enum\s+\w+")


def enclosing_enumerations(code):
    """The lines that lie directly in the body of a public enumeration, where a `case` is a public symbol."""
    lines = set()
    for found in ENUMERATION.finditer(code):
        opening = code.find("{", found.end())
        if opening < 0:
            continue
        depth, line = 0, code.count("\n", 0, opening) + 1
        for at in range(opening, matching_brace(code, opening)):
            depth += {"{": 1, "}": -1}.get(code[at], 0)
            if code[at] == "\n":
                line += 1
                if depth == 1:
                    lines.add(line)
    return lines


TYPE = re.compile(r"\b(?:struct|class|enum|actor|protocol|extension)\s+(?!func\b|var\b|let\b)\w")


def enclosing_types(code):
    """(first line, last line) of each type and extension."""
    for found in TYPE.finditer(code):
        opening = code.find("{", found.end())
        if opening >= 0:
            first = code.count("\n", 0, found.start()) + 1
            yield first, code.count("\n", 0, matching_brace(code, opening)) + 1


def throwing_functions(code):
    """The first line of each function and initializer that throws; one that rethrows says so itself."""
    for found in FUNCTION.finditer(code):
        opening = code.find("(", found.end() - 1)
        if opening >= 0 and re.match(r"\)\s*(?:async\s+)?throws\b", code[closing_parenthesis(code, opening):]):
            yield code.count("\n", 0, found.start()) + 1


def closing_parenthesis(code, opening):
    depth = 0
    for at in range(opening, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at
    return len(code)
