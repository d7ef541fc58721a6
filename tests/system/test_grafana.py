"""deploy/grafana: dashboards that Grafana imports and the console shows alike."""

import json
import re
import subprocess
import urllib.parse

import harness
import remote_write
from topology import ROOT

FOLDER = ROOT / "deploy" / "grafana"
# What Grafana puts in, and the words that our own variables stand for.
BUILT_IN = {
    "__interval": "30s",
    "__interval_ms": "30000",
    "__rate_interval": "2m",
    "__range": "1h",
    "__range_s": "3600",
    "__range_ms": "3600000",
    "__from": "1795388112000",
    "__to": "1795391712000",
}
REFERENCE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\]")
PANELS = {"timeseries", "stat", "gauge", "bargauge", "table", "heatmap", "text", "row"}


def dashboards(case):
    files = sorted((FOLDER / "dashboards").glob("*.json"))
    if not files:
        case.skip("deploy/grafana/dashboards is empty")
    return {path.name: json.loads(path.read_text()) for path in files}


def panels(dashboard):
    """All panels, those of collapsed rows included."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def variables(dashboard):
    return dashboard.get("templating", {}).get("list", [])


def filled_in(text, dashboard):
    """The query with a value in the place of each variable; an unknown one fails."""
    own = {variable["name"] for variable in variables(dashboard)}
    durations = {v["name"] for v in variables(dashboard) if v["type"] == "interval"}

    def value(match):
        name = next(group for group in match.groups() if group)
        if name.isdigit():
            return match[0]  # of label_replace
        assert name in own or name in BUILT_IN, f"variable {name} of {text}"
        return BUILT_IN.get(name, "1m" if name in durations else "x")

    return REFERENCE.sub(value, text)


def selectors(query):
    """The selectors in label_values(selector, label), query_result(...) and the like."""
    if isinstance(query, dict):
        query = query.get("query", "")
    found = re.fullmatch(r"\s*(label_values|query_result|metrics|label_names)\((.*)\)\s*", query)
    assert found, query
    kind, inside = found.groups()
    if kind == "label_values" and "," in inside:
        return [inside.rsplit(",", 1)[0]]
    return [inside] if kind == "query_result" else []


def queries(dashboard):
    """(where, query) of all panels and variables, filled in."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            expression = target["expr"]
            yield f"{panel['title']} {target.get('refId')}", filled_in(expression, dashboard)
    for variable in variables(dashboard):
        if variable["type"] == "query":
            for selector in selectors(variable["query"]):
                yield f"variable {variable['name']}", filled_in(selector, dashboard)


def test_dashboards_are_of_grafanas_model(case):
    """Each has a title, a uid of its own, panels of known types in the grid, ids that occur once,
    and the data source as a variable, so that it imports anywhere."""
    uids = set()
    for name, dashboard in dashboards(case).items():
        assert dashboard["title"] and dashboard["schemaVersion"] >= 36, name
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,40}", dashboard["uid"]), name
        assert dashboard["uid"] not in uids, name
        uids.add(dashboard["uid"])
        assert dashboard.get("id") is None, f"{name}: id is the importing Grafana's business"
        ids = [panel["id"] for panel in panels(dashboard)]
        assert len(ids) == len(set(ids)), f"{name}: {ids}"
        sources = {v["name"] for v in variables(dashboard) if v["type"] == "datasource"}
        for panel in panels(dashboard):
            where = f"{name}: {panel.get('title')}"
            assert panel["type"] in PANELS, where
            grid = panel["gridPos"]
            assert grid["x"] >= 0 and grid["x"] + grid["w"] <= 24 and grid["h"] >= 1, where
            if panel["type"] in ("row", "text"):
                continue
            assert panel["targets"], where
            for target in [panel, *panel["targets"]]:
                uid = target.get("datasource", panel.get("datasource"))["uid"]
                assert uid.strip("${}") in sources, f"{where}: {uid}"


def test_panels_do_not_overlap(case):
    """Grafana would move them about."""
    for name, dashboard in dashboards(case).items():
        for group in (dashboard["panels"], *(p.get("panels", []) for p in dashboard["panels"])):
            taken = {}
            for panel in group:
                grid = panel["gridPos"]
                for x in range(grid["x"], grid["x"] + grid["w"]):
                    for y in range(grid["y"], grid["y"] + grid["h"]):
                        assert (x, y) not in taken, (name, panel["title"], taken[x, y])
                        taken[x, y] = panel["title"]


def test_every_query_is_one_that_the_hub_answers(case):
    """Each query of panels and variables parses and runs; `parse_query` and `query` say so."""
    topo = remote_write.start_workspace(case)
    count = 0
    for name, dashboard in dashboards(case).items():
        for where, query in queries(dashboard):
            for call in ("parse_query", "query"):
                parameters = urllib.parse.urlencode({"query": query}, quote_via=urllib.parse.quote)
                url = topo.workspace_url(f"api/v1/{call}?{parameters}")
                status, _, text = harness.signed_get(topo.central, url)
                assert status == 200, f"{name}, {where}: {query}: {text}"
            count += 1
    case.figure(f"{count} queries of deploy/grafana/dashboards")


def test_provisioning_names_what_is_there(case):
    """The data source is the Amazon one with SigV4, the dashboards' folder exists, no secret is in
    any file."""
    files = sorted((FOLDER / "provisioning").rglob("*.y*ml"))
    if not files:
        case.skip("deploy/grafana/provisioning is empty")
    text = "\n".join(path.read_text() for path in files)
    assert "grafana-amazonprometheus-datasource" in text and "sigV4Auth: true" in text, text
    assert not re.search(r"AKIA[A-Z0-9]{16}", text)
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "deploy/grafana"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "deploy/grafana/README.md" in found, found
