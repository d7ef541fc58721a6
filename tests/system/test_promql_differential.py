"""The published compliance queries of PromQL, asked of a workspace and of a real Prometheus 2 over
the same samples. No sample lies where Prometheus 2 and 3 differ, on the ends of windows; a list of
its own shows that difference."""

import itertools
import json
import math
import os
import pathlib
import random
import re
import shutil
import struct
import time
import urllib.parse

import harness
import remote_write
import topology
from test_differential import start_prometheus

CONFORMANCE = pathlib.Path(
    os.environ.get("TRIBUTARY_CONFORMANCE", topology.ROOT / ".." / "shared" / "conformance")
)
QUERIES = 539
VARIANTS = {
    "simpleAggrOp": "sum avg max min count stddev stdvar",
    "topBottomOp": "topk bottomk",
    "quantile": "-0.5 0.1 0.5 0.75 0.95 0.90 0.99 1 1.5",
    "arithBinOp": "+ - * / % ^",
    "compBinOp": "== != < > <= >=",
    "binOp": "+ - * / % ^ == != < > <= >=",
    "simpleMathFunc": "abs ceil floor exp sqrt ln log2 log10 round",
    "extrapolatedRateFunc": "delta rate increase",
    "clampFunc": "clamp_min clamp_max",
    "instantRateFunc": "idelta irate",
    "dateFunc": "day_of_month day_of_week days_in_month hour minute month year",
    "offset": "1m 5m 10m",
    "range": "1s 15s 1m 5m 15m 1h",
    "simpleTimeAggrOp": "sum avg max min count stddev stdvar absent last",
}
# Where the answers differ on purpose: the query to the reason.
DIFFERENCES = {
    'label_replace(demo_num_cpus, "~invalid", "", "src", "(.*)")': (
        "Prometheus 3 takes any UTF-8 text as the name of a label"
    ),
    'label_join(demo_num_cpus, "~invalid", "-", "instance")': (
        "Prometheus 3 takes any UTF-8 text as the name of a label"
    ),
}
STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
SCRAPE_S, DATA_S, STEP_S = 5, 5400, 10
# Samples lie 345 ms after a whole second, steps 3 s after multiples of 10 s: no sample, and no step
# of a subquery, ever lies on the end of a window.
SAMPLE_MS, QUERY_S = 2345, 3
INSTANCES = [f"demo.promlabs.com:{10000 + number}" for number in range(3)]


def expand(path):
    """(query, should fail) of every template with each of its variants."""
    case, out = {}, []
    for line in path.read_text().splitlines() + ["  - query: end"]:
        found = re.match(r"\s+(?:- )?(query|variant_args|should_fail): *(.*)", line)
        if line.lstrip().startswith("- ") and "query" in case:
            names = re.findall(r"\w+", case.get("variant_args", ""))
            for values in itertools.product(*(VARIANTS[name].split() for name in names)):
                query = case["query"]
                for name, value in zip(names, values):
                    query = query.replace("{{.%s}}" % name, value)
                out.append((query, case.get("should_fail") == "true"))
            case = {}
        if found:
            text = found[2]
            case[found[1]] = text[1:-1] if text[:1] in "'\"" else text
    return out


class Counter:
    def __init__(self, rng, value, most):
        self.rng, self.value, self.most = rng, value, most

    def __call__(self, _):
        # Restarts are rare and never near zero, where the two versions extrapolate otherwise.
        if self.rng.random() < 0.002:
            self.value = 1000.0
        self.value += self.rng.uniform(0, self.most)
        return self.value


def walk(rng, value, most):
    def step(_):
        nonlocal value
        value = max(1.0, value + rng.uniform(-most, most))
        return value

    return step


def intermittent(number):
    """Two minutes there, two gone, with a staleness marker at the first scrape of each absence."""

    def step(scrape):
        at = (scrape + 7 * number) % 48
        return float(scrape) if at < 24 else STALE if at == 24 else None

    return step


def histogram(rng, labels):
    """The series of one classic histogram, scraped whole."""
    bounds = ["0.0001", "0.001", "0.01", "0.1", "1", "+Inf"]
    counts, total = [1000.0 * (n + 1) for n in range(len(bounds))], [1000.0]

    def observe(_):
        bucket = rng.randrange(len(bounds))
        for n in range(bucket, len(bounds)):
            counts[n] += 1 + bucket
        total[0] += 0.01 * (1 + bucket)
        return counts[0]

    name = "demo_api_request_duration_seconds"
    out = [({"__name__": name + "_bucket", "le": bounds[0], **labels}, observe)]
    for n in range(1, len(bounds)):
        made = {"__name__": name + "_bucket", "le": bounds[n], **labels}
        out.append((made, lambda _, n=n: counts[n]))
    out.append(({"__name__": name + "_count", **labels}, lambda _: counts[-1]))
    out.append(({"__name__": name + "_sum", **labels}, lambda _: total[0]))
    return out


def demo_series(rng, start_s):
    """(labels, value at a scrape) of every series; a histogram's in the order of a scrape."""
    out = []
    for number, instance in enumerate(INSTANCES):
        base = {"instance": instance, "job": "demo"}
        named = lambda name, **labels: {"__name__": name, **base, **labels}
        for kind in ("buffers", "cached", "free", "used"):
            value = walk(rng, rng.uniform(1e8, 4e9), 2e7)
            out.append((named("demo_memory_usage_bytes", type=kind), value))
        for mode in ("idle", "system", "user"):
            value = Counter(rng, rng.uniform(1e4, 1e6), 5)
            out.append((named("demo_cpu_usage_seconds_total", mode=mode), value))
        out.append((named("demo_num_cpus"), lambda _, n=number: 2.0 ** (n + 1)))
        out.append((named("demo_disk_usage_bytes"), Counter(rng, 5e9, 1e6)))
        out.append((named("demo_disk_total_bytes"), lambda _: 2.6e11))
        last = start_s - (len(INSTANCES) - 1 - number) * 86400.0 * 170
        success = lambda scrape, at=last: at + scrape // 30 * 150.0
        out.append((named("demo_batch_last_success_timestamp_seconds"), success))
        out.append((named("demo_intermittent_metric"), intermittent(number)))
        for method, path in (("GET", "/api/foo"), ("POST", "/api/bar")):
            out += histogram(rng, {**base, "method": method, "path": path, "status": "200"})
    return out


def demo_batches(start_ms):
    """Bodies of remote writes, in the order of time."""
    series = demo_series(random.Random(539), start_ms // 1000)
    for first in range(0, DATA_S // SCRAPE_S, 60):
        samples = [[] for _ in series]
        for scrape in range(first, min(first + 60, DATA_S // SCRAPE_S)):
            for at, (_, value_at) in enumerate(series):
                value = value_at(scrape)
                if value is not None:
                    samples[at].append((start_ms + scrape * SCRAPE_S * 1000 + SAMPLE_MS, value))
        yield [(labels, found) for (labels, _), found in zip(series, samples) if found]


class Prometheus:
    def __init__(self, case):
        self.url = start_prometheus(
            case, "prometheus", "scrape_configs: []\n", "--web.enable-remote-write-receiver"
        )

    def write(self, batch):
        headers = {"content-encoding": "snappy", "content-type": "application/x-protobuf"}
        status, _, text = harness.request(
            "POST", self.url + "/api/v1/write", remote_write.body_of(batch), headers, 30
        )
        assert status == 204, (status, text)

    def get(self, path):
        return harness.request("GET", f"{self.url}/api/v1/{path}", timeout=30)


class Workspace:
    def __init__(self, case):
        self.topo = remote_write.start_workspace(case)

    def write(self, batch):
        remote_write.write(self.topo, batch)

    def get(self, path):
        return harness.signed_get(self.topo.central, self.topo.workspace_url("api/v1/" + path))


def ask(server, kind, **parameters):
    """The result as {labels: {time: value}}, or the error's type as a string."""
    encoded = urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)
    status, _, text = server.get(f"{kind}?{encoded}")
    answer = json.loads(text)
    if answer["status"] != "success":
        assert status in (400, 422), (status, text)
        return answer["errorType"]
    out = {}
    for item in answer["data"]["result"]:
        points = item["values"] if kind == "query_range" else [item["value"]]
        out[frozenset(item["metric"].items())] = {round(t * 1000): float(v) for t, v in points}
    return out


def same_number(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


def difference(theirs, ours):
    """None, or what differs first."""
    if isinstance(theirs, str) or isinstance(ours, str):
        return None if theirs == ours else f"Prometheus: {theirs!s:.200}, we: {ours!s:.200}"
    if theirs.keys() != ours.keys():
        only = theirs.keys() - ours.keys(), ours.keys() - theirs.keys()
        return f"series only Prometheus has: {only[0]}, only we: {only[1]}"
    for labels, points in theirs.items():
        if points.keys() != ours[labels].keys():
            return f"{sorted(labels)}: times {sorted(points.keys() ^ ours[labels].keys())[:4]}"
        for at, value in points.items():
            if not same_number(value, ours[labels][at]):
                return f"{sorted(labels)} at {at}: Prometheus {value!r}, we {ours[labels][at]!r}"
    return None


def start_both(case):
    if not shutil.which("prometheus"):
        case.skip("prometheus is not installed")
    return Prometheus(case), Workspace(case)


def test_the_compliance_queries_give_what_prometheus_gives(case):
    """539 queries, each as a range of ten minutes: the same series, times and values, or the same
    type of error."""
    path = CONFORMANCE / "promql" / "compliance-queries.yml"
    if not path.exists():
        case.skip(f"no conformance data at {CONFORMANCE}")
    queries = expand(path)
    assert len(queries) == QUERIES, len(queries)
    prometheus, workspace = start_both(case)
    now = int(time.time()) // STEP_S * STEP_S
    for batch in demo_batches((now - DATA_S) * 1000):
        prometheus.write(batch)
        workspace.write(batch)

    end = now - 900 + QUERY_S
    found, empty = {}, 0
    for query, should_fail in queries:
        answers = [
            ask(server, "query_range", query=query, start=end - 600, end=end, step=STEP_S)
            for server in (prometheus, workspace)
        ]
        found[query] = difference(*answers)
        if should_fail and found[query] is None:
            assert isinstance(answers[0], str), f"{query} should fail"
        empty += answers[0] == {}

    different = {query: what for query, what in found.items() if what}
    case.figure(f"{len(queries)} queries, {empty} without a result, {len(different)} differ")
    unexplained = {query: what for query, what in different.items() if query not in DIFFERENCES}
    assert not unexplained, "\n".join(f"{query}: {what}" for query, what in unexplained.items())
    assert different.keys() == DIFFERENCES.keys(), DIFFERENCES.keys() - different.keys()


# On the left end of a window lies a sample that Prometheus 2 counts and Prometheus 3 does not: with
# a window longer by one millisecond we give what Prometheus 2 gives.
EDGES = [
    "count_over_time(edge[%s])",
    "sum_over_time(edge[%s])",
    "min_over_time(edge[%s])",
    "changes(edge[%s])",
    "quantile_over_time(0.25, edge[%s])",
    "count_over_time(vector(1)[%s:10s])",
    "sum_over_time((edge * 2)[%s:10s])",
]


def test_only_the_left_end_of_windows_differs_from_prometheus_2(case):
    """With samples on the ends of windows: we leave out the left one, as Prometheus 3 does."""
    prometheus, workspace = start_both(case)
    now = int(time.time()) // STEP_S * STEP_S
    start = now - 1200
    batch = [
        ({"__name__": "edge"}, [((start + n * 5) * 1000, n + 1.0) for n in range(200)]),
        ({"__name__": "once"}, [(start * 1000, 1.0)]),
    ]
    prometheus.write(batch)
    workspace.write(batch)

    for query in EDGES:
        at = {"start": start + 300, "end": start + 900, "step": STEP_S}
        theirs = ask(prometheus, "query_range", query=query % "1m", **at)
        ours = ask(workspace, "query_range", query=query % "1m", **at)
        wider = ask(workspace, "query_range", query=query % "1m1ms", **at)
        assert theirs and ours and difference(theirs, ours), query
        assert difference(theirs, wider) is None, (query, difference(theirs, wider))

    # A selector looks back five minutes: exactly five are too long now.
    for seconds, they_see, we_see in ((299.999, True, True), (300, True, False)):
        answers = [
            ask(server, "query", query="once", time=f"{start + seconds:.3f}")
            for server in (prometheus, workspace)
        ]
        assert [bool(answer) for answer in answers] == [they_see, we_see], (seconds, answers)


test_the_compliance_queries_give_what_prometheus_gives.seconds = 40
test_only_the_left_end_of_windows_differs_from_prometheus_2.seconds = 10
