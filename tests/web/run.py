#!/usr/bin/env python3
"""Tests of web/ that need no browser: its unit tests (vitest), and what the built page is made of.
Ends with "N passed, N failed, N skipped".

What it weighs counts as it is sent, compressed: what every view needs (what index.html names), and
all files together.
"""

import gzip
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WEB = ROOT / "web"
PAGE = WEB / "dist"
BUILDS = os.environ.get("TRIBUTARY_BUILD", "build/dev"), "build/release"
FIRST_BYTES_MAX = 100_000
ALL_BYTES_MAX = 300_000


def unit_tests():
    """(passed, failed, skipped), after printing what failed."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = ["node", "node_modules/vitest/vitest.mjs", "run"]
        command += ["--reporter=default", "--reporter=json", "--outputFile.json=" + report.name]
        done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=False)
        text = pathlib.Path(report.name).read_text()
    if not text:
        print(done.stdout + done.stderr)
        return 0, 1, 0
    counts = json.loads(text)
    failed = counts["numFailedTests"] or counts["numFailedTestSuites"] or int(done.returncode != 0)
    if failed:
        print(done.stdout + done.stderr)
    return counts["numPassedTests"], failed, counts["numPendingTests"]


def packed_bytes(path):
    """As a hub embeds it, where one was built with it (src/hub/console/embed.cmake)."""
    data = path.read_bytes()
    name = hashlib.sha256(data).hexdigest()[:32] + ".gz"
    embedded = (ROOT / build / "src/hub/console" / name for build in BUILDS)
    found = next((file for file in embedded if file.exists()), None)
    return found.stat().st_size if found else len(gzip.compress(data, 9))


def named_by_index():
    """The files that a browser fetches before anything is shown."""
    index = (PAGE / "index.html").read_text()
    names = re.findall(r'(?:src|href)="/console/(assets/[^"]+)"', index)
    return [PAGE / "index.html", *(PAGE / name for name in names)]


def test_the_page_is_light():
    """What every view needs, and everything together, stay below what was promised."""
    first = sum(packed_bytes(path) for path in named_by_index())
    everything = sum(packed_bytes(path) for path in PAGE.rglob("*") if path.is_file())
    print(f"figure: page {first / 1000:.1f} kB at first, {everything / 1000:.1f} kB in all (gzip)")
    assert first < FIRST_BYTES_MAX, f"{first} bytes at first, want less than {FIRST_BYTES_MAX}"
    assert everything < ALL_BYTES_MAX, f"{everything} bytes in all, want less than {ALL_BYTES_MAX}"


def test_the_page_names_nobody_else():
    """index.html loads from its own hub alone, and has neither scripts nor styles of its own."""
    index = (PAGE / "index.html").read_text()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', index)
    assert loaded and all(name.startswith("/console/") for name in loaded), loaded
    assert not re.search(r"<style|\sstyle=|\son\w+=", index), "inline style or handler"
    assert all(body == "" for body in re.findall(r"<script[^>]*>(.*?)</script>", index, re.S))


def test_the_lock_file_is_of_this_package_json():
    """What package.json asks for is what package-lock.json holds."""
    asked = json.loads((WEB / "package.json").read_text())
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"][""]
    for group in ("dependencies", "devDependencies", "engines"):
        assert asked.get(group) == locked.get(group), f"{group}: run npm install in web/"


def test_packages_are_pinned_by_what_is_in_them():
    """Every package of the lock file comes with its checksum."""
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"]
    loose = [path for path, package in locked.items() if path and "integrity" not in package]
    assert not loose, f"no checksum: {loose}"


def main():
    wanted = dict(os.environ, TRIBUTARY_WEB="required")
    if subprocess.run([ROOT / "tools/web"], env=wanted, check=False).returncode:
        print("0 passed, 1 failed, 0 skipped")
        return 1
    passed, failed, skipped = unit_tests()
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            passed += 1
        except AssertionError as wrong:
            failed += 1
            print(f"{name}: {wrong}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
