"""Runs the tests of a module, each a function whose name begins with `test_`, and counts."""

import os
import sys
import time
import traceback


def run(tests, page, complaints):
    """Runs those that $ONLY is in the name of; writes `passed failed skipped` to the file $RESULT; whether any failed. A
    test that returns a reason could not be made, and is skipped.

    A browser is many processes on a busy machine: what fails is tried once more. What needed that is told, and its name
    written to the file $RESULT.second.
    """
    wanted = os.environ.get("ONLY", "")
    counts = {"ok": 0, "not ok": 0, "skipped": 0}
    for name, one in tests.items():
        if not name.startswith("test_") or wanted not in name:
            continue
        title = name.removeprefix("test_").replace("_", " ")
        began = time.monotonic()
        word, reason = attempt(one, page, complaints)
        if word == "not ok":
            word, reason = again(one, page, complaints, title)
        counts[word] += 1
        print(f"{word} {title} ({reason or f'{time.monotonic() - began:.1f} s'})", flush=True)
    with open(os.environ.get("RESULT", os.devnull), "w", encoding="utf-8") as file:
        file.write(f"{counts['ok']} {counts['not ok']} {counts['skipped']}\n")
    return counts["not ok"] > 0


def attempt(one, page, complaints):
    """How a test came out, and why it was skipped."""
    try:
        reason = one(page)
        return ("skipped" if reason else "ok"), reason
    except Exception:  # Whatever a test dies of, the others are to run.
        traceback.print_exc(file=sys.stdout)
        print(complaints(), flush=True)
        return "not ok", None


def again(one, page, complaints, title):
    word, reason = attempt(one, page, complaints)
    if word != "ok":
        return word, reason
    print(f"  passed only on a second try: {title}")
    if "RESULT" in os.environ:
        with open(os.environ["RESULT"] + ".second", "a", encoding="utf-8") as file:
            file.write(title + "\n")
    return word, reason
