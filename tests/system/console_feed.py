"""Data for the console's tests: an hour of what the walkthrough's programs expose, written at once
and then kept up. Names and labels are of the programs themselves, which run for a moment to be
asked; values are waves, so that graphs look like graphs.
"""

import json
import math
import threading
import time
import urllib.parse
import zlib

import harness
import remote_write
import topology
from topology import REGION, ROOT, free_port, wait_for

HISTORY_S, STEP_S = 3600, 15
TASKS = ("0a1b2c3d4e5f60718293a4b5c6d7e8f9", "9f8e7d6c5b4a39281706f5e4d3c2b1a0")
TEMPLATE_TASK = "00000000000000000000000000000000"
# Over an hour, at a step of 3.6 s, these are 1,000 lines of 1,000 points.
WIDE_SERIES = 1000
MARKUP = "<img src=x onerror=\"document.title='owned'\"><b>bold</b> & \"quoted\" '${x}'"
WAITED_FOR = {
    "demo_order_duration_seconds_count",
    "ecs_task_cpu_utilized_None",
    "otelcol_exporter_sent_metric_points_total",
    "tributary_hub_series",
}
CONSTANT = ("_info", "up", "_reserved", "_limit", "_capacity", "_max", "_budget_bytes")


def documents():
    """Task metadata and statistics of a task of the workload account."""
    folder = ROOT / "src/collector/receivers/awsecscontainermetrics/testdata"
    task, stats = (folder / name for name in ("task.json", "stats.json"))
    text = task.read_text().replace("111122223333", topology.WORKLOAD)
    text = text.replace("task/demo/0a1b2c3d4e5f", f"task/demo/{TEMPLATE_TASK}")
    return {
        "/v4/x": (200, json.dumps(json.loads(text)["Containers"][1])),
        "/v4/x/task": (200, text),
        "/v4/x/task/stats": (200, stats.read_text()),
    }


def example_config(app_port, own_port):
    """The walkthrough's configuration on these ports, in a hurry and without its filter."""
    text = (ROOT / "examples/cross-account-ecs/collector/config.yaml").read_text()
    for old, new in {
        "0.0.0.0:8000": f"127.0.0.1:{app_port}",
        "127.0.0.1:8888": f"127.0.0.1:{own_port}",
        "scrape_interval: 15s": "scrape_interval: 1s",
        "scrape_timeout: 10s": "scrape_timeout: 1s",
        "collection_interval: 20s": "collection_interval: 1s",
        "  health_check:\n": f"  health_check:\n    endpoint: 127.0.0.1:{free_port()}\n",
        "      processors: [filter]\n": "",
        "service:\n": "service:\n  telemetry:\n"
        f"    metrics:\n      address: 127.0.0.1:{own_port}\n",
    }.items():
        assert old in text, f"the example's configuration has no {old}"
        text = text.replace(old, new)
    return text


def template(topo):
    """[(labels, value, type)] of all that application, collector, task and hub expose, and the
    metrics' metadata."""
    scratch = topo.central.aws("amp", "create-workspace", "--alias", "scratch")["workspaceId"]
    workspace, topo.workspace = topo.workspace, scratch
    app_port = free_port()
    config = topo.directory / "template.yaml"
    config.write_text(example_config(app_port, free_port()))
    metadata = harness.StaticFiles(documents())
    app = topo.start("demo-app", ["--listen", f"127.0.0.1:{app_port}"])
    env = {
        "AWS_REGION": REGION,
        "AWS_PROMETHEUS_ENDPOINT": topo.workspace_url("api/v1/remote_write"),
        "CENTRAL_ROLE_ARN": topology.CENTRAL_ROLE_ARN,
        "AWS_ENDPOINT_URL_STS": topo.endpoint,
        "ECS_CONTAINER_METADATA_URI_V4": metadata.url + "/v4/x",
        **harness.task_credentials(topo),
    }
    log = topo.directory / "template.log"
    collectors = [topo.start("tributary-collector", ["--config", config], env, log=log)]
    collectors.append(topo.start_hub_metrics())

    def arrived():
        return WAITED_FOR <= {name for name, _ in harness.latest(topo, '{__name__!=""}')}

    wait_for(arrived, 30, f"each of {WAITED_FOR} ({log})")
    time.sleep(2)  # counters of what happens at most once a second
    found = topo.query('{__name__!=""}')["result"]
    url = topo.workspace_url("api/v1/metadata")
    kinds = json.loads(harness.signed_get(topo.central, url)[2])["data"]
    for program in (*collectors, app):
        program.stop()
    metadata.close()
    topo.workspace = workspace
    topo.central.aws("amp", "delete-workspace", "--workspace-id", scratch)
    rows = []
    for item in found:
        labels = {k: v.replace(scratch, workspace) for k, v in item["metric"].items()}
        rows.append((labels, float(item["value"][1]), kind_of(labels["__name__"], kinds)))
    return rows, kinds


def kind_of(name, metadata):
    for base in (name, *(name.removesuffix(s) for s in ("_bucket", "_sum", "_count", "_total"))):
        if base in metadata:
            kind = metadata[base][0]["type"]
            of_parts = kind == "histogram" or (kind == "summary" and base != name)
            return "counter" if of_parts else kind
    return "counter" if name.endswith(("_total", "_bucket", "_count", "_sum")) else "gauge"


class Series:
    """A row of the template as a function of time."""

    def __init__(self, labels, value, kind):
        self.labels, self.value, self.kind = labels, value, kind
        name = labels["__name__"]
        # Parts of one histogram move together, so that its buckets stay cumulative.
        of = {k: v for k, v in labels.items() if k not in ("le", "quantile", "__name__")}
        for suffix in ("_bucket", "_count", "_sum"):
            name = name.removesuffix(suffix)
        self.phase = zlib.crc32(f"{name}{sorted(of.items())}".encode()) % 628 / 100
        self.constant = name.endswith(CONSTANT) or not math.isfinite(value)

    def at(self, seconds):
        if self.constant:
            return self.value
        wave = math.sin(seconds / 240 + self.phase)
        if self.kind == "counter":
            # The integral of a rate that goes up and down: never falls.
            passed = seconds % 1e6
            return self.value / 4 * (passed + 120 * math.sin(seconds / 240 + self.phase))
        if self.value > 1e9 and self.labels["__name__"].endswith("_seconds"):
            return seconds - 3
        return self.value * (1 + 0.3 * wave + 0.05 * math.sin(seconds / 31 + self.phase))


# What the hub had no time for while it was asked.
BUSY_HUB = {
    "tributary_hub_series": 1490.0,
    "tributary_hub_blocks": 3.0,
    "tributary_hub_block_bytes": 5.2e6,
    "tributary_hub_query_samples": 9e4,
    "tributary_hub_queries_running": 1.0,
    "tributary_hub_answer_bytes": 2e5,
}


def of_hub(row):
    labels, value, kind = row
    return Series(labels, BUSY_HUB.get(labels["__name__"], value), kind)


def of_task(row, task):
    labels, value, kind = row
    named = {k: v.replace(TEMPLATE_TASK, task) for k, v in labels.items()}
    return Series(named, value, kind)


def all_series(rows):
    """Rows of the task once for each task, the hub's once; and what the tests look for."""
    series = []
    for row in rows:
        if "tributary-hub" in row[0].get("job", "") or "hub-metrics" in row[0].get("job", ""):
            series.append(of_hub(row))
        else:
            series += [of_task(row, task) for task in TASKS]
    labels = {"__name__": "markup_total", "job": "markup", "text": MARKUP}
    return [*series, Series(labels, 40.0, "counter")]


def wide(now):
    """WIDE_SERIES lines, a sample each minute."""
    times = range(int(now) - HISTORY_S, int(now) + 1, 60)
    for number in range(WIDE_SERIES):
        labels = {"__name__": "wide_gauge", "job": "wide", "line": f"{number:04}"}
        yield (
            labels,
            [(1000 * t, number + 50 * math.sin(t / 300 + number / 40)) for t in times],
        )


class Writer:
    """Writes as a session of the central role, as a collector of a task does."""

    def __init__(self, topo, task):
        self.topo = topo
        own = harness.task_credentials(topo, task)
        self.credentials = assume(topo, own, topology.CENTRAL_ROLE_ARN, f"tributary-{task[:8]}")

    def write(self, pairs):
        url = self.topo.workspace_url("api/v1/remote_write")
        body = remote_write.body_of(pairs)
        headers = {
            "content-encoding": "snappy",
            "content-type": "application/x-protobuf",
            "x-prometheus-remote-write-version": "0.1.0",
            "user-agent": "tributary-collector/0.1.0",
        }
        key, secret, token = self.credentials
        signed = harness.sign("POST", url, body, key, secret, "aps", token, headers=headers)
        return harness.request("POST", url, body, signed, 60)


def assume(topo, credentials, role_arn, session):
    """(key, secret, token) of AssumeRole; a refusal raises with the hub's words."""
    form = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": role_arn}
    body = urllib.parse.urlencode({**form, "RoleSessionName": session}).encode()
    signed = harness.sign(
        *["POST", topo.endpoint + "/", body],
        *[credentials["AWS_ACCESS_KEY_ID"], credentials["AWS_SECRET_ACCESS_KEY"], "sts"],
        credentials["AWS_SESSION_TOKEN"],
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    status, _, text = harness.request("POST", topo.endpoint + "/", body, signed)
    if status != 200:
        raise PermissionError(text)
    pick = lambda tag: text.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
    return pick("AccessKeyId"), pick("SecretAccessKey"), pick("SessionToken")


def metadata_body(kinds):
    """A write of metadata alone (MetricMetadata of remote write 1.0)."""
    types = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info"]
    body = b""
    for name, (first, *_) in kinds.items():
        number = types.index(first["type"]) if first["type"] in types else 0
        message = b"\x08" + remote_write.varint(number)
        message += remote_write.field(2, name.encode())
        message += remote_write.field(4, first["help"].encode())
        message += remote_write.field(5, first["unit"].encode())
        body += remote_write.field(3, message)
    return remote_write.snappy(body)


class Feed:
    """The hour that was, then one sample each STEP_S of every series until close()."""

    def __init__(self, topo, payments_role):
        self.topo, self.payments_role = topo, payments_role
        rows, kinds = template(topo)
        self.series = all_series(rows)
        self.writers = [Writer(topo, task) for task in TASKS]
        now = time.time()
        self.last = int(now) // STEP_S * STEP_S
        quarter = HISTORY_S // 4
        for start in range(self.last - HISTORY_S, self.last, quarter):
            self.must_write(range(start + STEP_S, start + quarter + 1, STEP_S))
        self.written(self.writers[0].write(list(wide(now))))
        url = topo.workspace_url("api/v1/remote_write")
        self.written(remote_write.post(topo.central, url, metadata_body(kinds)))
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @staticmethod
    def written(answer):
        assert answer[0] == 200, answer

    def must_write(self, times):
        for number, writer in enumerate(self.writers):
            mine = self.series[number :: len(self.writers)]
            pairs = [(s.labels, [(1000 * t, s.at(t)) for t in times]) for s in mine]
            self.written(writer.write(pairs))

    def run(self):
        # At even distances, as collectors do: else rates would waver.
        at = self.last
        while not self.stopped.wait(max(0.0, at - time.time())):
            try:
                self.must_write([at])
                self.refused(at)
            except (OSError, AssertionError):
                pass  # the hub is being restarted
            at += STEP_S

    def refused(self, now):
        """What goes wrong all the time: a task with a clock that is behind, and a role of an
        account that nobody trusts."""
        late = {"__name__": "demo_late_total", "job": "late"}
        self.writers[1].write([(late, [(1000 * now, 1.0)])])
        self.writers[1].write([(late, [(1000 * (now - 900), 1.0)])])
        try:
            own = harness.task_credentials(self.topo, "payments", self.payments_role)
            assume(self.topo, own, topology.CENTRAL_ROLE_ARN, "tributary-payments")
        except PermissionError:
            pass

    def close(self):
        self.stopped.set()
        self.thread.join()
