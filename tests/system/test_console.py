"""The console in a real Chromium, on data: the tests of web/tests/browser, on a hub with accounts,
people and an hour of metrics (console_rig.py)."""

import json
import os
import shutil
import subprocess

from console_rig import Rig, write_description
from topology import ROOT

WEB = ROOT / "web"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SUITE_TIMEOUT_S = 900


def missing():
    """What the tests need and this machine lacks, in words; None where all is there."""
    if not shutil.which("node"):
        return "node is not installed"
    if not os.access(CHROMIUM, os.X_OK):
        return "chromium is not installed"
    if not (WEB / "node_modules" / "playwright-core").exists():
        return "web/node_modules is not there (tools/web packages)"
    return None


def failures(report):
    """The failed tests of vitest's JSON report, each with its messages."""
    return "\n".join(
        f"{test['fullName']}\n{' '.join(test['failureMessages'])}"
        for file in report["testResults"]
        for test in file["assertionResults"]
        if test["status"] == "failed"
    )


def test_every_page_in_a_browser(case):
    """Sign in by key and by link, each page on data, what is refused, expired or gone, addresses
    that are shared, markup in data, keyboard and screen reader, narrow windows; nothing is asked of
    anybody but the hub, and the content security policy is kept."""
    reason = missing()
    if reason:
        case.skip(reason)
    rig = Rig(case.directory / "rig")
    case.defer(rig.close)
    description, report = case.directory / "rig.json", case.directory / "report.json"
    figures = case.directory / "figures"
    write_description(rig, description)
    vitest = [WEB / "node_modules/.bin/vitest", "run"]
    environment = {
        **os.environ,
        "CONSOLE_RIG": str(description),
        "CONSOLE_FIGURES": str(figures),
        "CHROMIUM": CHROMIUM,
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [*vitest, "--config", "tests/browser/vitest.config.ts", "--reporter", "json"]
        + ["--outputFile", str(report)],
        cwd=WEB,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SUITE_TIMEOUT_S,
        check=False,
    )
    assert report.exists(), done.stdout[-4000:]
    told = json.loads(report.read_text())
    assert done.returncode == 0, failures(told) or done.stdout[-4000:]
    case.figure(f"{told['numPassedTests']} browser tests passed")
    for line in figures.read_text().splitlines() if figures.exists() else []:
        case.figure(line)


test_every_page_in_a_browser.seconds = 200
