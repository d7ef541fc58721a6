"""The units of deploy/systemd, as far as they can be checked without a running systemd."""

import json
import re
import shutil
import subprocess

import topology
from topology import ROOT

UNITS = {
    "tributary-collector": ("tributary-collector",),
    "tributary-hub": ("tributary-hub",),
}
EXPOSURE_MAX = 2.0  # systemd's own scale: 0 to 10, 2 is the limit of "OK"


def units(case):
    """Copies that start the programs where they are on this machine."""
    if not shutil.which("systemd-analyze"):
        case.skip("systemd-analyze is not installed")
    paths = []
    for unit in sorted((ROOT / "deploy/systemd").glob("*.service")):
        text = unit.read_text()
        programs = set(re.findall(r"^Exec\w+=-?/usr/local/bin/(\S+)", text, re.MULTILINE))
        assert programs == set(UNITS[unit.stem]), (unit, programs)
        copy = case.directory / unit.name
        copy.write_text(text.replace("/usr/local/bin/", f"{topology.BIN}/"))
        paths.append(copy)
    assert len(paths) == len(UNITS), paths
    return paths


def test_units_are_what_systemd_understands(case):
    """`systemd-analyze verify` has nothing to say about the units."""
    for path in units(case):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", "--generators=no", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        about = [line for line in done.stderr.splitlines() if path.stem in line]
        assert done.returncode == 0 and not about, done.stderr


def test_units_leave_little_within_reach(case):
    """`systemd-analyze security --offline` rates each unit's exposure as low."""
    for path in units(case):
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--json=short", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and json.loads(done.stdout), done.stderr
        table = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(path)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        exposure = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", table).group(1))
        assert exposure <= EXPOSURE_MAX, table
        case.figure(f"{path.stem}: exposure {exposure} of 10")
