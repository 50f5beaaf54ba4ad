"""Draws what a terminal shows, as `tmux capture-pane -e -p` tells of it, as an SVG picture."""

import re
import unicodedata
from html import escape

CELL, LINE, PADDING = 8.4, 18, 10
BACKGROUND, FOREGROUND = "#16181d", "#d7dae0"
BASIC = ["#16181d", "#cc241d", "#36a64f", "#d79921", "#458588", "#b16286", "#689d6a", "#d7dae0"]
SEQUENCE = re.compile("\x1b\\[([0-9;]*)m|\x1b[()][A-Z0-9]|[\x0e\x0f]")


def color(index):
    """A colour of xterm's palette."""
    if index < 16:
        return BASIC[index % 8]
    if index < 232:
        steps = [0, 95, 135, 175, 215, 255]
        red, green, blue = (steps[(index - 16) // part % 6] for part in (36, 6, 1))
    else:
        red = green = blue = 8 + 10 * (index - 232)
    return f"#{red:02x}{green:02x}{blue:02x}"


class Look:
    """How the next characters look."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.front, self.back = None, None
        self.bold = self.dim = self.reverse = self.underline = False

    def apply(self, codes):
        codes = [int(code or 0) for code in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in (38, 48) and codes[:1] == [5]:
                _, index, *codes = codes
                if code == 38:
                    self.front = color(index)
                else:
                    self.back = color(index)
            elif 30 <= code <= 37:
                self.front = color(code - 30)
            elif 40 <= code <= 47:
                self.back = color(code - 40)
            elif code == 39:
                self.front = None
            elif code == 49:
                self.back = None
            elif code == 22:
                self.bold = self.dim = False
            elif code in (1, 2, 4, 7, 24, 27):
                name = {1: "bold", 2: "dim", 4: "underline", 7: "reverse", 24: "underline", 27: "reverse"}[code]
                setattr(self, name, code < 20)

    def key(self):
        front, back = self.front or FOREGROUND, self.back or BACKGROUND
        if self.reverse:
            front, back = back, front
        return front, back, self.bold, self.dim, self.underline


def cell_width(text):
    """How many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def runs(line, look):
    """(column, text, width, how it looks) of each run of a line."""
    column, position = 0, 0
    while position < len(line):
        found = SEQUENCE.match(line, position)
        if found:
            if found.group(1) is not None:
                look.apply(found.group(1))
            position = found.end()
            continue
        end = SEQUENCE.search(line, position)
        text = line[position:end.start() if end else len(line)]
        width = cell_width(text)
        yield column, text, width, look.key()
        column, position = column + width, position + len(text)


def svg(screen, columns, rows, title):
    """The picture of a screen."""
    width, height = columns * CELL + 2 * PADDING, rows * LINE + 2 * PADDING
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(title, quote=True)}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="100%" height="100%" rx="6" fill="{BACKGROUND}"/>',
        '<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">',
    ]
    look = Look()
    for row, line in enumerate(screen.split("\n")[:rows]):
        for column, text, cells, (front, back, bold, dim, underline) in runs(line, look):
            x, y = PADDING + column * CELL, PADDING + row * LINE
            if back != BACKGROUND:
                out.append(f'<rect x="{x:.1f}" y="{y}" width="{cells * CELL:.1f}" height="{LINE}" fill="{back}"/>')
            style = (' font-weight="bold"' if bold else "") + (' opacity="0.6"' if dim else "")
            style += ' text-decoration="underline"' if underline else ""
            # Word by word: what an SVG does with blanks differs from viewer to viewer.
            for word in re.finditer(r"[^ ]+", text):
                start = x + cell_width(text[:word.start()]) * CELL
                out.append(
                    f'<text x="{start:.1f}" y="{y + 13.5}" fill="{front}" '
                    f'textLength="{cell_width(word.group()) * CELL:.1f}"{style}>{escape(word.group())}</text>')
    return "\n".join(out + ["</g>", "</svg>", ""])
