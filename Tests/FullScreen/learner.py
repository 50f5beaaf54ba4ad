"""Somebody at a terminal with a course in it: reads the screen as a person does, types what the lesson says."""

import itertools
import re
import time

from terminal import Terminal

LEFT = 72  # of 180 columns, the lesson's


class Learner(Terminal):
    """Somebody at a terminal with the course in it."""

    def __init__(self, command, state, columns=180, rows=50, term=None):
        self.has_tabs = columns < 110 or rows < 30
        super().__init__(columns, rows, {"XDG_STATE_HOME": state, **({} if term is None else {"PANGAEA_TERM": term})})
        self.run(("" if term is None else "TERM=$PANGAEA_TERM ") + f"{command}; echo status $?")

    def lines(self):
        return self.screen().split("\n")[:-1]

    def text(self):
        return "\n".join(self.lines())

    def until(self, what, is_so, seconds=20):
        end = time.monotonic() + seconds
        while not is_so(text := self.text()):
            if time.monotonic() > end:
                raise AssertionError(f"{what} is not to be seen:\n{text}")
            time.sleep(0.05)
        return text


def has_ended(text):
    return re.search(r"^status \d+", text, re.MULTILINE)


def bar(text):
    return text.split("\n")[-1]


def state_of(text):
    last = bar(text)
    for word, state in (
        (" guess ", "predicting"), ("c check  r run", "doing"), ("one moment", "busy"), ("x again", "concluded"),
    ):
        if word in last:
            return state
    return "finished" if "l list" in last else "?"


def settled(terminal, seconds=40):
    return terminal.until("a lesson that waits", lambda text: state_of(text) not in ("busy", "?"), seconds)


def lesson(text):
    found = re.search(r"Lesson (S[^·]+) ·", text)
    return found.group(1).strip() if found else ""


def lesson_rows(terminal):
    """The rows of the lesson's pane as it is scrolled now, and how many lines are below; -1 at the end of a long page."""
    if terminal.has_tabs:
        rows = [line.rstrip() for line in terminal.lines()[1:23]]
    else:
        page = itertools.takewhile(lambda line: not re.match("─ (w )?World", line), terminal.lines()[1:])
        rows = [line[:LEFT].rstrip() for line in page]
    for index, row in enumerate(rows):
        if found := re.match(r"▼ (\d+) more|▲ \d+ above", row):
            return rows[:index], int(found.group(1) or -1)
    return rows, 0


def page_rows(terminal):
    """The whole of the lesson's page, read from its beginning to its end as a person does, with Space."""
    terminal.press("Home")
    time.sleep(0.15)
    rows, below = lesson_rows(terminal)
    while below > 0:
        terminal.press("Space")
        end = time.monotonic() + 5
        while (now := lesson_rows(terminal))[1] == below:
            assert time.monotonic() < end, f"Space does not go on:\n{terminal.text()}"
            time.sleep(0.03)
        rows += now[0][-(below - max(now[1], 0)):]
        below = now[1]
    return rows


def tasks(terminal):
    """What the page says last is to be typed: (terminal, lines)."""
    rows = page_rows(terminal)
    starts = [index for index, row in enumerate(rows) if re.fullmatch(r"Type in [AB]:", row)]
    found = []
    for start in starts:
        lines = []
        for row in rows[start + 1:]:
            if not row.startswith("  "):
                break
            # What goes on below stands further in, after a blank.
            if row.startswith("      ") and lines:
                lines[-1] += " " + row.strip()
            else:
                lines.append(row[2:])
        found.append((rows[start][8], lines, start))
    # Those of this step: behind the last evidence.
    seen = max([index for index, row in enumerate(rows) if row.startswith(("✓", "✗"))], default=-1)
    return [(name, lines) for name, lines, start in found if start > seen]


def whole_tasks(terminal):
    """The tasks of a page that was drawn to its end: two looks see the same."""
    former = None
    while (found := tasks(terminal)) != former:
        former = found
        time.sleep(0.25)
    return found


def type_by_hand(terminal):
    for name, lines in whole_tasks(terminal):
        terminal.press(name.lower())
        for line in lines:
            if line.startswith("Ctrl-"):
                terminal.press("C-" + line[5:].lower())
            else:
                terminal.type(line)
                terminal.press("Enter")
            time.sleep(0.1)
        terminal.press("C-]")


def ask_too_early(terminal, seen):
    """Looks before anything was done, and asks for a hint; false when the step was done already."""
    terminal.press("c")
    time.sleep(0.3)
    early = settled(terminal)
    if state_of(early) == "doing":
        seen["not yet"] += "Not yet" in early
        terminal.press("h")
        terminal.until("a hint", lambda text: "Hint:" in text, 5)
        seen["hints"] += 1
        flat = re.sub(r"\s+", " ", " ".join(lesson_rows(terminal)[0]))
        seen["did unshare fail"] += "did unshare fail" in flat
        return True
    return False


def do_step(terminal, seen, is_hasty):
    """One step by hand: done, then checked until it is so; by somebody hasty looked for too early."""
    if is_hasty and not ask_too_early(terminal, seen):
        return
    if not whole_tasks(terminal):
        raise AssertionError(f"nothing to be typed:\n{terminal.text()}")
    type_by_hand(terminal)
    for attempt in range(12):
        terminal.press("c")
        time.sleep(0.3)
        after = settled(terminal)
        if state_of(after) != "doing" or "Not yet" not in after:
            return
        time.sleep(0.5)
    raise AssertionError(f"what was typed is not so:\n{terminal.text()}")


def go_through(terminal, seen, is_played, is_hasty, look=lambda number: None):
    """All lessons, from the first to where it says that there are no more."""
    former = None
    for index in range(80):
        text = terminal.until("another lesson", lambda text: lesson(text) not in ("", former) or state_of(text) == "finished")
        if state_of(text) == "finished":
            return
        former = lesson(text)
        if state_of(settled(terminal)) == "predicting":
            terminal.press(str(index % 2 + 1))
            terminal.until("what was guessed", lambda text: state_of(text) != "predicting")
        for _ in range(12):
            if state_of(settled(terminal)) == "concluded":
                break
            if is_played(index):
                terminal.press("r")
                seen["played"] += 1
                time.sleep(0.1)
            else:
                do_step(terminal, seen, is_hasty(index, former))
        assert state_of(settled(terminal)) == "concluded", f"{former} does not conclude:\n{terminal.text()}"
        seen["verdicts"] += any(row.startswith("Verdict:") for row in page_rows(terminal))
        look(former)
        terminal.press("n")
    raise AssertionError("it goes round")


def nothing_seen():
    return {"not yet": 0, "hints": 0, "did unshare fail": 0, "verdicts": 0, "played": 0}


def tell(seen):
    print("  " + ", ".join(f"{count} {what}" for what, count in seen.items()))
