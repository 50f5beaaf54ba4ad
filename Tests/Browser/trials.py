"""Runs the tests of a module, each a function whose name begins with `test_`, and counts."""

import os
import sys
import time
import traceback


def run(tests, page, complaints):
    """Runs those that $ONLY is in the name of; writes `passed failed skipped` to the file $RESULT; whether any failed.

    A browser is many processes on a busy machine: what fails is tried once more. What needed that is told, and its name
    written to the file $RESULT.second.
    """
    wanted = os.environ.get("ONLY", "")
    counts = {"ok": 0, "not ok": 0}
    for name, one in tests.items():
        if not name.startswith("test_") or wanted not in name:
            continue
        title = name.removeprefix("test_").replace("_", " ")
        began = time.monotonic()
        word = "ok" if passes(one, page, complaints) else again(one, page, complaints, title)
        counts[word] += 1
        print(f"{word} {title} ({time.monotonic() - began:.1f} s)", flush=True)
    with open(os.environ.get("RESULT", os.devnull), "w", encoding="utf-8") as file:
        file.write(f"{counts['ok']} {counts['not ok']} 0\n")
    return counts["not ok"] > 0


def passes(one, page, complaints):
    try:
        one(page)
        return True
    except Exception:  # Whatever a test dies of, the others are to run.
        traceback.print_exc(file=sys.stdout)
        print(complaints(), flush=True)
        return False


def again(one, page, complaints, title):
    if not passes(one, page, complaints):
        return "not ok"
    print(f"  passed only on a second try: {title}")
    if "RESULT" in os.environ:
        with open(os.environ["RESULT"] + ".second", "a", encoding="utf-8") as file:
            file.write(title + "\n")
    return "ok"
