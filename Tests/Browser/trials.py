"""Runs the tests of a module, each a function whose name begins with `test_`, and counts."""

import os
import sys
import time
import traceback


def run(tests, page, complaints):
    """Runs those that $ONLY is in the name of; writes `passed failed skipped` to the file $RESULT; whether any failed."""
    wanted = os.environ.get("ONLY", "")
    counts = {"ok": 0, "not ok": 0}
    for name, one in tests.items():
        if not name.startswith("test_") or wanted not in name:
            continue
        began = time.monotonic()
        try:
            one(page)
            word = "ok"
        except Exception:  # Whatever a test dies of, the others are to run.
            traceback.print_exc(file=sys.stdout)
            print(complaints())
            word = "not ok"
        counts[word] += 1
        print(f"{word} {name.removeprefix('test_').replace('_', ' ')} ({time.monotonic() - began:.1f} s)", flush=True)
    with open(os.environ.get("RESULT", os.devnull), "w", encoding="utf-8") as file:
        file.write(f"{counts['ok']} {counts['not ok']} 0\n")
    return counts["not ok"] > 0
