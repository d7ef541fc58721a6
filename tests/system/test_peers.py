"""Peers of the field against the hub: vmagent writes, promtool and Prometheus open its files."""

import json
import shutil

import harness
import topology
from test_walkthrough import PAGE, start, start_collector
from topology import free_port, get, wait_for


def test_vmagent_writes_signed_through_an_assumed_role(case):
    """vmagent takes a user's key (this version reads no session token from its environment),
    assumes the central role and remote-writes."""
    if not shutil.which("vmagent"):
        case.skip("vmagent is not installed")
    topo = start(case)
    keys = harness.user_who_may_assume(topo)
    app = harness.Application(PAGE)
    case.defer(app.close)
    scrape = harness.write_config(
        case.directory,
        f"""
global: {{scrape_interval: 1s}}
scrape_configs:
- job_name: vm
  static_configs: [{{targets: ["{app.address}"]}}]
""",
        "vmagent.yml",
    )
    vmagent = topology.Program(
        "vmagent",
        [
            f"-promscrape.config={scrape}",
            f"-remoteWrite.url={topo.workspace_url('api/v1/remote_write')}",
            "-remoteWrite.aws.useSigv4",
            "-remoteWrite.aws.service=aps",
            f"-remoteWrite.aws.region={topology.REGION}",
            f"-remoteWrite.aws.roleARN={topology.CENTRAL_ROLE_ARN}",
            f"-remoteWrite.aws.stsEndpoint={topo.endpoint}",
            f"-httpListenAddr=127.0.0.1:{free_port()}",
            f"-remoteWrite.tmpDataPath={case.directory / 'vmagent'}",
        ],
        case.directory / "vmagent.log",
        keys,
        program=shutil.which("vmagent"),
    )
    case.defer(vmagent.stop)

    def arrived():
        assert vmagent.running(), vmagent.output()
        return harness.latest(topo, 'demo_temperature{job="vm"}')

    assert list(wait_for(arrived, 30, "vmagent's samples").values()) == [-3.25]


def test_promtool_and_prometheus_open_the_workspace(case):
    """`promtool tsdb dump` and a Prometheus started on the directory give back what was written."""
    if not shutil.which("promtool"):
        case.skip("promtool is not installed")
    topo = start(case)
    app = harness.Application(lambda scrape: f"scrape_number {scrape}\n" + PAGE)
    case.defer(app.close)
    collector = start_collector(case, topo, app)
    wait_for(lambda: app.scrapes >= 4, 20, "four scrapes")
    assert collector.stop() == 0
    stored = topo.query("scrape_number[5m]")["result"][0]["values"]
    assert topo.hub.stop() == 0, topo.hub.output()

    directory = topo.data / "workspaces" / topo.workspace
    dumped = harness.promtool("tsdb", "dump", directory)
    assert dumped.returncode == 0, dumped.stderr
    lines = [line for line in dumped.stdout.splitlines() if '__name__="scrape_number"' in line]
    assert [line.split()[-2] for line in lines] == [value for _, value in stored], lines
    assert [int(line.split()[-1]) for line in lines] == [round(at * 1000) for at, _ in stored]

    port = free_port()
    config = harness.write_config(case.directory, "scrape_configs: []\n", "prometheus.yml")
    reader = topology.Program(
        "prometheus",
        [
            f"--config.file={config}",
            f"--storage.tsdb.path={directory}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        ],
        case.directory / "prometheus.log",
        program=shutil.which("prometheus"),
    )
    case.defer(reader.stop)
    url = f"http://127.0.0.1:{port}"
    wait_for(lambda: get(url + "/-/ready")[0] == 200, 20, "Prometheus on the workspace's directory")
    answer = json.loads(get(url + "/api/v1/query?query=scrape_number%5B5m%5D")[1])["data"]["result"]
    assert answer[0]["values"] == stored


test_vmagent_writes_signed_through_an_assumed_role.seconds = 15
test_promtool_and_prometheus_open_the_workspace.seconds = 15
