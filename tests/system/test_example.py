"""The example that the documentation follows, and the scripts that it uses."""

import json
import os
import re
import shutil
import subprocess
import sys

import podman
from topology import ROOT

SCRIPTS = ROOT / "deploy" / "aws"


def run_walkthrough(case, driver):
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "walkthrough"],
        env={**os.environ, "DRIVER": driver, "WALKTHROUGH_DIR": str(case.directory / "w")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    case.figure(done.stdout.strip().splitlines()[-1])


def test_walkthrough_in_containers(case):
    """make walkthrough: images built, pushed and pulled, the service by compose and by a task
    definition, its metrics in the other account, and nothing left at the end."""
    reason = podman.unusable() or (None if shutil.which("buildah") else "buildah is not installed")
    if reason:
        case.skip(reason)
    run_walkthrough(case, "containers")


def test_walkthrough_in_processes(case):
    """The same where there is no container engine."""
    run_walkthrough(case, "processes")


def test_scripts_have_no_complaint_of_shellcheck(case):
    """deploy/aws/*.sh pass shellcheck."""
    if not shutil.which("shellcheck"):
        case.skip("shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", "-x", *sorted(map(str, SCRIPTS.glob("*.sh")))],
        cwd=SCRIPTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_documents_for_aws_are_json_with_the_scripts_names(case):
    """Each policy and task definition is JSON once its names are filled in, and each name is one
    that the scripts set."""
    known = set(re.findall(r"[A-Z][A-Z_]+", "".join(p.read_text() for p in SCRIPTS.glob("*.sh"))))
    for path in [*SCRIPTS.glob("policies/*.json"), *SCRIPTS.glob("task-definition.*.json")]:
        text = path.read_text()
        for name in set(re.findall(r"\$\{(\w+)\}", text)):
            assert name in known, f"{path.name}: {name}"
            text = text.replace("${" + name + "}", '"x"' if name == "WORKLOAD_ROOTS" else "x")
        json.loads(text)
