"""A workspace as Prometheus' clients see it: every call of the HTTP API that Grafana makes, signed
by an independent SigV4; writes by hand-made protobuf; settings and limits by the real AWS CLI."""

import gzip
import json
import signal
import struct
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import harness
from topology import Topology, get, wait_for

FORM = "application/x-www-form-urlencoded"


# Protobuf and snappy by hand: not our C++.
def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while True:
        byte, number = number & 127, number >> 7
        if not number:
            return out + bytes([byte])
        out += bytes([byte | 128])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def integer(number, value):
    return varint(number << 3) + varint(value)


def double(number, value):
    return varint(number << 3 | 1) + struct.pack("<d", value)


def packed(*numbers):
    return b"".join(varint(number) for number in numbers)


def snappy(data):
    """A block of literals alone."""
    out = varint(len(data))
    for at in range(0, len(data), 60):
        part = data[at : at + 60]
        out += bytes([(len(part) - 1) << 2]) + part
    return out


def write_request(series):
    """Remote write 1.0 of {(("name", "value"), ...): [(ms, value), ...]}."""
    out = b""
    for labels, samples in series.items():
        one = b"".join(
            field(1, field(1, k.encode()) + field(2, v.encode())) for k, v in sorted(labels)
        )
        one += b"".join(field(2, double(1, v) + integer(2, ms)) for ms, v in samples)
        out += field(1, one)
    return snappy(out)


class Workspace:
    def __init__(self, case, *hub_options):
        self.topo = Topology(case.directory / "topology")
        case.defer(self.topo.close)
        self.topo.start_hub(*hub_options)
        self.topo.create_accounts()
        self.id = self.create()

    def create(self):
        return self.topo.central.aws("amp", "create-workspace")["workspaceId"]

    def call(self, method, path, params=(), body=b"", headers=None, workspace=None, account=None):
        """(status, headers, bytes): parameters go into the query, or a form where it is POST."""
        url = f"{self.topo.endpoint}/workspaces/{workspace or self.id}/api/v1/{path}"
        headers = dict(headers or {})
        text = urllib.parse.urlencode(list(params))
        if method in ("POST", "PUT") and not body:
            body = text.encode()
            headers["content-type"] = FORM
        elif text:
            url += "?" + text
        account = account or self.topo.central
        signed = harness.sign(
            method, url, body, account.key, account.secret, "aps", headers=headers
        )
        outgoing = urllib.request.Request(url, data=body or None, method=method, headers=signed)
        try:
            with urllib.request.urlopen(outgoing, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def data(self, path, method="GET", workspace=None, **params):
        status, _, body = self.call(
            method, path, [(k.rstrip("_"), v) for k, v in params.items()], workspace=workspace
        )
        assert status == 200, (path, params, status, body)
        answer = json.loads(body)
        assert answer["status"] == "success", answer
        return answer["data"]

    def write(self, series, workspace=None):
        headers = {"content-type": "application/x-protobuf", "content-encoding": "snappy"}
        body = write_request(series)
        return self.call("POST", "remote_write", body=body, headers=headers, workspace=workspace)

    def value(self, query, workspace=None, **params):
        result = self.data("query", query=query, workspace=workspace, **params)["result"]
        return float(result[0]["value"][1]) if result else None


def now_ms():
    return int(time.time() * 1000)


def example(case, *hub_options):
    """A workspace with two counters over the last half hour."""
    workspace = Workspace(case, *hub_options)
    end = now_ms() // 15000 * 15000
    times = [end - i * 15000 for i in range(119, -1, -1)]
    series = {
        (("__name__", "requests_total"), ("job", "api"), ("code", code)): [
            (ms, float(rate * i)) for i, ms in enumerate(times)
        ]
        for code, rate in (("200", 30), ("500", 3))
    }
    status, _, body = workspace.write(series)
    assert status == 200, body
    return workspace, end // 1000


def test_grafanas_calls_are_answered(case):
    """Health check, explorer, panels, exemplars, annotations and alert pages of Grafana's data
    source, by GET and by form."""
    ws, end = example(case)
    assert ws.data("query", "POST", query="1+1", time=4)["result"] == [4, "2"]
    assert ws.data("status/buildinfo")["version"].startswith("3.")
    rate = 'sum by (code) (rate(requests_total{job="api"}[5m]))'
    for method in ("GET", "POST"):
        panel = ws.data("query_range", method, query=rate, start=end - 900, end=end, step=15)
        assert [s["metric"]["code"] for s in panel["result"]] == ["200", "500"]
        assert len(panel["result"][0]["values"]) == 61
        assert panel["result"][0]["values"][0][0] == end - 900
        assert abs(float(panel["result"][0]["values"][-1][1]) - 2.0) < 1e-9
    assert ws.data("labels", "POST", limit=40000) == ["__name__", "code", "job"]
    assert ws.data("label/__name__/values", start=end - 60, end=end) == ["requests_total"]
    assert ws.data("label/code/values") == ["200", "500"]
    series = ws.data("series", "POST", **{"match[]": '{__name__!=""}'}, limit=1)
    assert series == [{"__name__": "requests_total", "code": "200", "job": "api"}]
    assert ws.data("metadata", limit=40000) == {}
    ms = now_ms()
    assert ws.data("query_exemplars", query="test", start=ms, end=ms) == []
    assert ws.data("rules")["groups"] == [] and ws.data("alerts")["alerts"] == []
    assert ws.data("targets")["activeTargets"] == []
    stats = ws.data("query_range", query=rate, start=end - 60, end=end, step=15, stats="all")
    assert stats["stats"]["samples"]["totalQueryableSamples"] > 0, stats["stats"]
    assert len(stats["stats"]["samples"]["totalQueryableSamplesPerStep"]) == 5
    assert ws.data("format_query", "POST", query="sum(up)  by(job)") == "sum by (job) (up)"
    assert ws.data("parse_query", query="up")["type"] == "vectorSelector"


def test_errors_have_prometheus_codes_and_the_methods_are_named(case):
    """400 bad_data, 422 execution, 404, 405 with Allow; an unsigned request learns nothing."""
    ws, end = example(case)

    def refused(status, kind, path, **params):
        got, _, body = ws.call("GET", path, params.items())
        assert (got, json.loads(body)["errorType"]) == (status, kind), (path, params, got, body)
        return json.loads(body)["error"]

    assert "parse error" in refused(400, "bad_data", "query", query="sum(")
    refused(400, "bad_data", "query_range", query="up", start=2, end=1, step=1)
    refused(400, "bad_data", "query_range", query="up", start=0, end=11001, step=1)
    many = "requests_total * on (job) requests_total"
    assert "many-to-many" in refused(422, "execution", "query", query=many)
    for method, path, allow in (
        ("PUT", "query", "GET, POST"),
        ("POST", "label/job/values", "GET"),
        ("GET", "admin/tsdb/delete_series", "POST, PUT"),
    ):
        status, headers, _ = ws.call(method, path)
        assert (status, headers["Allow"]) == (405, allow), (method, path, status)
    assert ws.call("GET", "no/such/path")[0] == 404
    assert get(f"{ws.topo.endpoint}/workspaces/{ws.id}/api/v1/query?query=up")[0] == 403


def test_deleted_series_are_gone_and_snapshots_are_prometheus_own(case):
    """delete_series of a part and of a whole series, also after a restart; a snapshot that promtool
    reads; each behind a permission of its own."""
    ws, end = example(case)
    assert ws.value('count_over_time(requests_total{code="200"}[1h])') == 120

    half = {"match[]": 'requests_total{code="200"}', "end": end - 900}
    assert ws.call("POST", "admin/tsdb/delete_series", half.items())[0] == 204
    gone = {"match[]": 'requests_total{code="500"}'}
    assert ws.call("PUT", "admin/tsdb/delete_series", gone.items())[0] == 204
    for _ in range(2):
        assert ws.value('count_over_time(requests_total{code="200"}[1h])') == 60
        assert ws.value('count_over_time(requests_total{code="500"}[1h])') is None
        ws.topo.hub.stop()
        ws.topo.start_hub()
    assert ws.call("POST", "admin/tsdb/clean_tombstones")[0] == 204
    assert ws.call("POST", "admin/tsdb/delete_series")[0] == 400

    name = ws.data("admin/tsdb/snapshot", "POST")["name"]
    directory = ws.topo.data / "workspaces" / ws.id / "snapshots" / name
    (directory / "wal").mkdir()  # promtool wants one; Prometheus' snapshots have none either
    dump = harness.promtool("tsdb", "dump", directory)
    assert dump.returncode == 0, dump.stderr
    lines = [line for line in dump.stdout.splitlines() if 'code="200"' in line]
    assert len(lines) == 60 and 'code="500"' not in dump.stdout, dump.stdout[-500:]

    status, _, body = ws.call("POST", "admin/tsdb/snapshot", account=ws.topo.workload)
    assert status == 403 and b"aps:CreateSnapshot" in body, body


def test_remote_write_2_stores_samples_histograms_and_exemplars(case):
    """One message of each kind; the answer counts what is written; queries show all of it."""
    ws = Workspace(case)
    ms = now_ms()
    texts = ["", "__name__", "rpc_seconds", "Calls.", "seconds", "trace_id", "abc", "calls_total"]
    histogram = (
        integer(1, 3) + double(3, 2.5) + integer(4, 0) + double(5, 0.001) + integer(6, 1)
    ) + (field(11, integer(1, 0) + integer(2, 1)) + field(12, packed(4)) + integer(15, ms))
    exemplar = field(1, packed(5, 6)) + double(2, 1.5) + integer(3, ms)
    series = [
        field(1, packed(1, 2)) + field(3, histogram) + field(5, integer(1, 3) + integer(3, 3)),
        field(1, packed(1, 7)) + field(2, double(1, 42) + integer(2, ms)) + field(4, exemplar),
    ]
    message = b"".join(field(4, text.encode()) for text in texts)
    message += b"".join(field(5, one) for one in series)
    headers = {
        "content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
        "content-encoding": "snappy",
        "x-prometheus-remote-write-version": "2.0.0",
    }
    status, got, body = ws.call("POST", "remote_write", body=snappy(message), headers=headers)
    assert status == 204, (status, body)
    written = [
        got[f"X-Prometheus-Remote-Write-{kind}-Written"]
        for kind in ("Samples", "Histograms", "Exemplars")
    ]
    assert written == ["1", "1", "1"], written
    assert ws.value("calls_total") == 42
    assert ws.value("histogram_sum(rpc_seconds)") == 2.5
    shown = ws.data("query", query="rpc_seconds")["result"][0]["histogram"][1]
    assert shown == {
        "count": "3",
        "sum": "2.5",
        "buckets": [[3, "-0.001", "0.001", "1"], [0, "0.5", "1", "2"]],
    }, shown
    found = ws.data("query_exemplars", query="rate(calls_total[5m])")
    assert found[0]["exemplars"][0]["labels"] == {"trace_id": "abc"}, found
    assert ws.data("metadata")["rpc_seconds"][0]["help"] == "Calls."
    assert ws.data("status/tsdb")["headStats"]["numSeries"] == 2
    headers["content-type"] = "application/json"
    assert ws.call("POST", "remote_write", body=b"{}", headers=headers)[0] == 415


def test_large_answers_are_compressed_for_those_who_ask(case):
    """gzip where Accept-Encoding says so, and the same answer without it."""
    ws, end = example(case)
    params = {"query": "requests_total", "start": end - 1500, "end": end, "step": 15}.items()
    status, headers, body = ws.call("GET", "query_range", params)
    assert status == 200 and headers["Content-Encoding"] is None
    status, headers, small = ws.call(
        "GET", "query_range", params, headers={"accept-encoding": "gzip"}
    )
    assert headers["Content-Encoding"] == "gzip" and len(small) < len(body) / 2
    assert gzip.decompress(small) == body


def test_the_owner_sets_the_retention(case):
    """UpdateWorkspaceConfiguration, and what DescribeWorkspaceConfiguration says after a restart,
    by the AWS CLI where it knows these commands."""
    ws = Workspace(case)
    url = f"{ws.topo.endpoint}/workspaces/{ws.id}/configuration"

    def call(method, body=b""):
        account = ws.topo.central
        headers = harness.sign(method, url, body, account.key, account.secret, "aps")
        status, _, text = harness.request(method, url, body, headers)
        return status, json.loads(text)

    def describe():
        return call("GET")[1]["workspaceConfiguration"]

    before = describe()
    assert before["status"]["statusCode"] == "ACTIVE" and "retentionPeriodInDays" not in before
    status, bad = call("PATCH", b'{"retentionPeriodInDays": 2000}')
    assert status == 400 and bad["fieldList"][0]["name"] == "retentionPeriodInDays", bad
    aws = ws.topo.central
    update = ["amp", "update-workspace-configuration", "--workspace-id", ws.id]
    done = aws.run(*update, "--retention-period-in-days", "30")
    if "Invalid choice" in done.stderr:  # a CLI of before 2025
        assert call("PATCH", b'{"retentionPeriodInDays": 30}')[0] == 202
    else:
        assert done.returncode == 0, done.stderr
    ws.topo.hub.stop()
    ws.topo.start_hub()
    assert describe()["retentionPeriodInDays"] == 30
    assert ws.data("status/runtimeinfo")["storageRetention"] == "30d"


def test_limits_come_from_a_file_and_change_on_sighup(case):
    """A workspace's own limit refuses with AMP's 429, until the file says something else; a file
    with a mistake changes nothing, and keeps the hub from starting."""
    limits = case.directory / "limits.yaml"
    limits.write_text("defaults:\n  labels_per_series_max: 2\n")
    ws = Workspace(case, "--limits", limits)
    series = lambda n: {(("__name__", f"m{n}"), ("a", "1"), ("b", "2")): [(now_ms(), 1.0)]}
    status, _, body = ws.write(series(1))
    assert status == 400 and b"series has too many labels (actual: 3, limit: 2)" in body, body

    limits.write_text("defaults:\n  labels_per_series_max: 3\n  ingestion_rate: 0.1\n")
    reload(ws, "limits read again")
    assert ws.write(series(1))[0] == 200
    status, _, body = ws.write(series(2))
    assert status == 429 and b"ingestion rate limit (0.1) exceeded" in body, body

    limits.write_text("defaults:\n  label_per_series_max: 1\n")
    reload(ws, "limits stay as they are")
    assert 'did you mean \\"labels_per_series_max\\"' in ws.topo.hub.output()
    ws.topo.hub.stop()
    try:
        ws.topo.start_hub("--limits", limits)
        raise AssertionError("started with a broken file of limits")
    except RuntimeError as error:
        assert "limits.yaml:2:3" in str(error), error


def reload(ws, line):
    seen = ws.topo.hub.output().count(line)
    ws.topo.hub.process.send_signal(signal.SIGHUP)
    wait_for(lambda: ws.topo.hub.output().count(line) > seen, 10, line)


def test_a_flood_of_one_workspaces_queries_does_not_delay_anothers(case):
    """While one workspace has far more slow queries than it may run, the other's are answered at
    once; what is too much is refused with 429."""
    limits = case.directory / "limits.yaml"
    limits.write_text("defaults:\n  queries_running_max: 2\n  queries_waiting_max: 4\n")
    ws, end = example(case, "--limits", limits)
    other = ws.create()
    assert ws.write({(("__name__", "up"),): [(now_ms(), 1.0)]}, workspace=other)[0] == 200
    slow = "max_over_time(sum(rate(requests_total[25m:1s]))[50m:1s])"
    done, statuses = threading.Event(), []

    def flood():
        while not done.is_set():
            params = {"query": slow, "start": end - 600, "end": end, "step": 1, "timeout": 5}
            statuses.append(ws.call("GET", "query_range", params.items())[0])

    threads = [threading.Thread(target=flood) for _ in range(12)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    took = []
    for _ in range(20):
        began = time.monotonic()
        assert ws.value("up", workspace=other) == 1
        took.append(time.monotonic() - began)
    done.set()
    for thread in threads:
        thread.join()
    case.figure(f"median of the other's queries: {sorted(took)[10] * 1000:.0f} ms")
    assert sorted(took)[10] < 1, took
    assert 429 in statuses, statuses[:20]


def test_a_client_that_leaves_takes_its_query_with_it(case):
    """The query of a client that closes its connection is cancelled and counted."""
    ws, end = example(case)
    times = [end * 1000 - i * 15000 for i in range(119, -1, -1)]
    many = {(("__name__", "m"), ("n", str(n))): [(ms, 1.0) for ms in times] for n in range(600)}
    assert ws.write(many)[0] == 200
    slow = "sum(quantile_over_time(0.5, m[25m:1s]) * on (n) stddev_over_time(m[25m:1s]))"
    text = urllib.parse.urlencode({"query": slow, "start": end - 1500, "end": end, "step": 1})
    url = f"{ws.topo.endpoint}/workspaces/{ws.id}/api/v1/query_range?{text}"
    account = ws.topo.central
    signed = harness.sign("GET", url, b"", account.key, account.secret, "aps")
    try:
        harness.request("GET", url, headers=signed, timeout=0.3)
        case.skip("the query ended before its client left")
    except OSError:
        pass
    cancelled = 'tributary_hub_requests_total{action="aps:QueryMetrics",status="499"} 1'
    began = time.monotonic()
    wait_for(lambda: cancelled in get(ws.topo.endpoint + "/metrics")[1], 10, "the query cancelled")
    case.figure(f"cancelled {time.monotonic() - began:.2f} s after the client left")
    assert ws.value("sum(requests_total)") is not None
