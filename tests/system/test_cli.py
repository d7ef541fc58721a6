"""What a person at a terminal meets: help, versions, exit codes, and errors that say where."""

import json
import os
import re
import subprocess

import harness
import topology
from topology import BIN, ROOT, get, wait_for

WALKTHROUGH = ROOT / "examples" / "ecs-amp-cross-account.yaml"
IDS = {"WORKSPACE_ID": "ws-1", "CENTRAL_ACCOUNT_ID": topology.CENTRAL}


def run(program, *arguments, env=None, timeout=20):
    base = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ECS_", "AOT_"))}
    return subprocess.run(
        [str(BIN / program), *map(str, arguments)],
        env={**base, **(env or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_every_program_explains_itself(case):
    """--help and --version answer 0; a wrong option answers 2 and names it."""
    for program in ("tributary-collector", "tributary-hub", "tributary-lab", "demo-app"):
        helped = run(program, "--help")
        assert helped.returncode == 0 and "usage:" in helped.stdout.lower(), (program, helped)
        version = run(program, "--version")
        assert version.returncode == 0 and version.stdout.split()[-1][0].isdigit(), version
        wrong = run(program, "--no-such-option")
        assert wrong.returncode == 2, (program, wrong)
        if program != "demo-app":
            assert "no-such-option" in wrong.stderr, (program, wrong.stderr)


def test_the_walkthroughs_configuration_is_valid_offline(case):
    """validate needs no network and no credentials."""
    for name in (WALKTHROUGH.name, "ecs-amp-sigv4auth.yaml", "hub-metrics.yaml"):
        done = run("tributary-collector", "validate", "--config", ROOT / "examples" / name, env=IDS)
        assert done.returncode == 0, done.stderr


def test_a_bad_configuration_names_every_error_with_its_place(case):
    """Three mistakes, three errors with line and column, a suggestion, exit code 2."""
    text = WALKTHROUGH.read_text()
    text = text.replace("scrape_interval: 15s", "scrape_intervall: 15s")
    text = text.replace("collection_interval: 20s", "collection_interval: often")
    text = text.replace("receivers: [prometheus]", "receivers: [promeheus]")
    path = harness.write_config(case.directory, text)
    for command in (["validate", "--config", path], ["--config", path]):
        done = run("tributary-collector", *command, env=IDS)
        assert done.returncode == 2, done
        for part in ("scrape_intervall", "scrape_interval", "often", "promeheus"):
            assert part in done.stderr, (part, done.stderr)
        lines = [line for line in done.stderr.splitlines() if ": error: " in line]
        assert len(lines) == 3, done.stderr
        for line in lines:
            place = line.split(": error: ")[0]
            assert place.startswith(str(path)) and place.rsplit(":", 2)[1].isdigit(), line


def test_configuration_from_the_environment_wins(case):
    """AOT_CONFIG_CONTENT is the whole configuration, as in ADOT's image; --set is left alone."""
    done = run(
        "tributary-collector",
        "print-config",
        env={**IDS, "AOT_CONFIG_CONTENT": WALKTHROUGH.read_text()},
    )
    assert done.returncode == 0, done.stderr
    assert "awsprometheusremotewrite" in done.stdout and "/workspaces/ws-1/" in done.stdout
    bad = run("tributary-collector", "validate", env={"AOT_CONFIG_CONTENT": "otel-parameter"})
    assert bad.returncode == 2 and "AOT_CONFIG_CONTENT" in bad.stderr, bad.stderr


def test_settings_are_merged_and_overridden(case):
    """Later files win key by key, and --set wins over files."""
    other = harness.write_config(
        case.directory, "exporters: {logging: {loglevel: error}}\n", "more.yaml"
    )
    done = run(
        "tributary-collector",
        *["print-config", "--config", WALKTHROUGH, "--config", other],
        *["--set", "receivers.awsecscontainermetrics.collection_interval=7s"],
        env=IDS,
    )
    assert done.returncode == 0, done.stderr
    assert "error" in done.stdout and "7s" in done.stdout, done.stdout


def test_a_collector_without_credentials_starts_scrapes_and_says_what_it_waits_for(case):
    """No credentials anywhere: it runs, is healthy, scrapes, and its log says what is missing."""
    app = harness.Application("a_metric 1\n")
    case.defer(app.close)
    health = topology.free_port()
    text = f"""
receivers:
  prometheus:
    config:
      scrape_configs:
      - job_name: app
        scrape_interval: 1s
        static_configs: [{{targets: ["{app.address}"]}}]
exporters:
  awsprometheusremotewrite:
    endpoint: http://127.0.0.1:9/workspaces/ws-1/api/v1/remote_write
    aws_auth: {{region: eu-west-1, service: aps}}
extensions:
  health_check: {{endpoint: "127.0.0.1:{health}"}}
service:
  extensions: [health_check]
  telemetry: {{metrics: {{address: "127.0.0.1:{topology.free_port()}"}}}}
  pipelines:
    metrics: {{receivers: [prometheus], exporters: [awsprometheusremotewrite]}}
"""
    path = harness.write_config(case.directory, text)
    env = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    log = case.directory / "collector.log"
    collector = topology.Program("tributary-collector", ["--config", path], log, env)
    case.defer(collector.stop)
    wait_for(lambda: app.scrapes >= 3, 15, "three scrapes")
    wait_for(lambda: "credentials" in collector.output(), 15, "a line about credentials")
    status, body = get(f"http://127.0.0.1:{health}/")
    assert status == 200 and "Server available" in body, (status, body)
    assert run("tributary-collector", "healthcheck", "-port", health).returncode == 0
    assert collector.running()
    collector.process.kill()


def test_the_hub_refuses_what_it_cannot_do(case):
    """A missing directory, a bad id, an id that is taken: exit codes and words."""
    data = case.directory / "hub"
    create = ["accounts", "create", "--data", data, "--id"]
    assert run("tributary-hub", "serve").returncode == 2
    bad = run("tributary-hub", *create, "12")
    assert bad.returncode == 2 and "12" in bad.stderr, bad
    first = run("tributary-hub", *create, topology.WORKLOAD, "--name", "workload")
    assert first.returncode == 0 and "AWS_SECRET_ACCESS_KEY=" in first.stdout, first
    again = run("tributary-hub", *create, topology.WORKLOAD)
    assert again.returncode != 0 and topology.WORKLOAD in again.stderr, again
    listed = run("tributary-hub", "accounts", "list", "--data", data, "--output", "json")
    assert topology.WORKLOAD in listed.stdout and "workload" in listed.stdout, listed
    for file in data.rglob("*"):
        if file.is_file():
            assert file.stat().st_mode & 0o077 == 0, f"{file} is readable by others"


def test_accounts_and_links_of_the_console(case):
    """Monitoring is set, shown and changed; a link leads to its page; nobody's is refused."""
    data = case.directory / "hub"
    accounts = lambda *arguments: run("tributary-hub", "accounts", *arguments, "--data", data)
    link = lambda *arguments: run("tributary-hub", "console-link", "--data", data, *arguments)
    flags = lambda: [one["monitoring"] for one in json.loads(accounts("list", *as_json).stdout)]
    as_json = ["--output", "json"]

    assert accounts("create", "--id", topology.WORKLOAD).returncode == 0
    assert accounts("create", "--id", topology.CENTRAL, "--monitoring").returncode == 0
    assert flags() == [False, True]
    assert "(monitoring)" in accounts("list").stdout
    for wanted in (["--monitoring", "off"], ["--monitoring=off"]):
        assert accounts("update", "--id", topology.CENTRAL, *wanted).returncode == 0
    assert flags() == [False, False]
    assert accounts("update", "--id", "333333333333", "--monitoring", "on").returncode == 1
    assert accounts("update", "--id", topology.CENTRAL, "--monitoring", "maybe").returncode == 2

    page = ["--url", "https://hub:9009/", "--path", "/console/topology"]
    made = link("--account", topology.CENTRAL, *page)
    assert re.fullmatch(r"https://hub:9009/console/topology#link=[\w-]{43}\n", made.stdout), made
    again = json.loads(link("--account", topology.CENTRAL, *as_json).stdout)
    assert again["arn"].endswith(":user/administrator"), again
    assert again["url"].startswith("http://127.0.0.1:9009/console/#link="), again
    for wrong, code in (
        (["--account", topology.CENTRAL, "--user", "nobody"], 1),
        (["--account", topology.CENTRAL, "--user", "a", "--role", "b"], 2),
        (["--account", topology.CENTRAL, "--path", "/elsewhere"], 2),
        (["--account", topology.CENTRAL, "--session", "37h"], 2),
        ([], 2),
    ):
        assert link(*wrong).returncode == code, (wrong, code)
