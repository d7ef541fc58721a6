#!/usr/bin/env python3
"""Runs the system tests: every function test_* of every test_*.py here, several at once, each with
a scratch directory. Ends with "N passed, N failed, N skipped".

  tests/system/run.py [--soak] [part of a name]...

A test's docstring is its sentence. It gets a `Case`: a directory, `figure()` for measured numbers,
`skip()`. The programs come from TRIBUTARY_BIN_DIR (build/release/bin).

With --soak it runs the functions soak_* instead: a thousand kills, long outages. They take half an
hour.
"""

import concurrent.futures
import importlib
import os
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tools")]
AT_ONCE = int(os.environ.get("TRIBUTARY_SYSTEM_JOBS", "3"))


class Skipped(Exception):
    """Raised by Case.skip."""


class Case:
    def __init__(self, name):
        self.name, self.figures, self.cleanups = name, [], []
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tributary-system-"))

    def skip(self, reason):
        raise Skipped(reason)

    def figure(self, text):
        self.figures.append(text)

    def defer(self, function):
        """Called at the end, last one first."""
        self.cleanups.append(function)
        return function

    def close(self):
        for function in reversed(self.cleanups):
            function()
        shutil.rmtree(self.directory, ignore_errors=True)


def run_one(name, function):
    case, start = Case(name), time.monotonic()
    outcome, detail = "ok", ""
    try:
        function(case)
    except Skipped as reason:
        outcome, detail = "skipped", str(reason)
    except BaseException:  # a test's failure of any kind is reported, not raised
        outcome, detail = "FAILED", traceback.format_exc()
        for log in sorted(case.directory.rglob("*.log")):
            tail = log.read_text(errors="replace").splitlines()[-15:]
            detail += f"\n--- {log.name}\n" + "\n".join(tail)
    try:
        case.close()
    except BaseException:
        outcome, detail = "FAILED", detail + traceback.format_exc()
    return name, outcome, detail, case.figures, time.monotonic() - start


def collect(wanted, prefix):
    tests = []
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, function in vars(module).items():
            full = f"{path.stem.removeprefix('test_')}.{name.removeprefix(prefix)}"
            if name.startswith(prefix) and (not wanted or any(w in full for w in wanted)):
                tests.append((getattr(function, "seconds", 10), full, function))
    return [(full, function) for _, full, function in sorted(tests, key=lambda t: -t[0])]


def main():
    counts = {"ok": 0, "FAILED": 0, "skipped": 0}
    wanted = [argument for argument in sys.argv[1:] if argument != "--soak"]
    tests = collect(wanted, "soak_" if "--soak" in sys.argv[1:] else "test_")
    with concurrent.futures.ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        jobs = [pool.submit(run_one, name, function) for name, function in tests]
        for job in concurrent.futures.as_completed(jobs):
            name, outcome, detail, figures, seconds = job.result()
            counts[outcome] += 1
            word = {"ok": "passed"}.get(outcome, outcome)
            print(
                f"{word} {name} ({seconds:.1f} s)"
                + (f": {detail}" if outcome == "skipped" else ""),
                flush=True,
            )
            for figure in figures:
                print(f"figure {name}: {figure}", flush=True)
            if outcome == "FAILED":
                print(detail, flush=True)
    print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['skipped']} skipped")
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
