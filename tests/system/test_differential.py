"""The same pages scraped by a real Prometheus and by the collector, which writes into another real
Prometheus: the same series, labels, values and staleness."""

import json
import shutil
import time
import urllib.parse

import harness
import topology
from topology import free_port, get, wait_for

SCRAPES = 8


def page(number):
    """A page that changes: series come, go and come back, change type, are NaN or infinite."""
    lines = [
        "# TYPE always counter",
        f"always_total {number}",
        "# TYPE g gauge",
        f'g{{a="1",b="x\\\\y"}} {number * 1.5}',
        'g{a="2"} NaN',
        "inf_value -Inf",
        'exported_job_clash{job="mine",instance="other"} 1',
        "# TYPE h histogram",
        'h_bucket{le="1"} 1',
        f'h_bucket{{le="+Inf"}} {number}',
        "h_sum 2.5",
        f"h_count {number}",
        "# TYPE s summary",
        's{quantile="0.99"} 0.125',
        "s_sum 1",
        "s_count 1",
        "dropped_metric 1",
        'renamed{code="500"} 1',
    ]
    if number % 2:
        lines.append(f"odd_only {number}")
    if 3 <= number <= 5:
        lines.append('comes_and_goes{phase="middle"} 1')
    if number < 4:
        lines.append("vanishes_for_good 1")
    return "\n".join(lines) + "\n"


RELABEL = """
        metric_relabel_configs:
        - source_labels: [__name__]
          regex: dropped_.*
          action: drop
        - source_labels: [code]
          regex: (5)..
          target_label: class
          replacement: $${1}xx
        - regex: code
          action: labeldrop
        relabel_configs:
        - source_labels: [__address__]
          regex: ([^:]+):.*
          target_label: host
          replacement: $$1
        - action: hashmod
          source_labels: [__address__]
          modulus: 4
          target_label: shard
"""


def start_prometheus(case, name, config, *flags):
    port = free_port()
    directory = case.directory / name
    directory.mkdir()
    path = harness.write_config(directory, config, "prometheus.yml")
    running = topology.Program(
        name,
        [
            f"--config.file={path}",
            f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
            *flags,
        ],
        directory / f"{name}.log",
        program=shutil.which("prometheus"),
    )
    case.defer(running.stop)
    wait_for(lambda: get(f"http://127.0.0.1:{port}/-/ready")[0] == 200, 20, f"{name} ready")
    return f"http://127.0.0.1:{port}"


def samples(url):
    """{label set: [(value, 'stale' or number) in order]} of everything scraped, without times."""
    query = urllib.parse.urlencode({"query": '{__name__=~".+",job="app"}[1h]'})
    status, body = get(f"{url}/api/v1/query?{query}")
    assert status == 200, body
    out = {}
    for series in json.loads(body)["data"]["result"]:
        out[frozenset(series["metric"].items())] = series["values"]
    return out


def gone_at(url, selector, times):
    """For each time: whether the series is there for an instant query (staleness shows here)."""
    out = []
    for at in times:
        query = urllib.parse.urlencode({"query": selector, "time": f"{at:.3f}"})
        out.append(bool(json.loads(get(f"{url}/api/v1/query?{query}")[1])["data"]["result"]))
    return out


def test_the_same_series_values_and_staleness_as_prometheus(case):
    """Two applications serve the same changing pages; one is scraped by Prometheus, one by us."""
    if not shutil.which("prometheus"):
        case.skip("prometheus is not installed")
    ours, theirs = harness.Application(page), harness.Application(page)
    case.defer(ours.close)
    case.defer(theirs.close)
    scrape = """global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
      - job_name: app
        static_configs:
        - targets: ["%s"]
          labels: {env: test}
""" + RELABEL
    prometheus = start_prometheus(case, "prometheus", (scrape % theirs.address).replace("$$", "$"))
    sink = start_prometheus(
        case, "sink", "scrape_configs: []\n", "--web.enable-remote-write-receiver"
    )
    config = f"""
receivers:
  prometheus:
    config:
      global: {{scrape_interval: 1s, scrape_timeout: 1s}}
      scrape_configs:
      - job_name: app
        static_configs:
        - targets: ["{ours.address}"]
          labels: {{env: test}}
{RELABEL}
exporters:
  prometheusremotewrite:
    endpoint: {sink}/api/v1/write
    disable_scope_info: true
    add_metric_suffixes: false
    target_info: {{enabled: false}}
service:
  telemetry: {{metrics: {{address: "127.0.0.1:{free_port()}"}}}}
  pipelines:
    metrics: {{receivers: [prometheus], exporters: [prometheusremotewrite]}}
"""
    path = harness.write_config(case.directory, config)
    collector = topology.Program(
        "tributary-collector", ["--config", path], case.directory / "collector.log"
    )
    case.defer(collector.stop)
    wait_for(lambda: min(ours.scrapes, theirs.scrapes) >= SCRAPES, 40, "enough scrapes of both")
    time.sleep(1.2)

    compare(samples(prometheus), samples(sink), theirs.address, ours.address)
    compare_staleness(prometheus, sink)


def normal(samples_of, address):
    """Series with this run's address replaced, their values up to scrape number SCRAPES."""
    out = {}
    for labels, values in samples_of.items():
        known = {k: v.replace(address, "ADDRESS") for k, v in labels if k != "shard"}
        name = known["__name__"]
        if name in ("scrape_duration_seconds",):
            values = []
        out[frozenset(known.items())] = [v for _, v in values][: SCRAPES - 1]
    return out


def compare(theirs, ours, their_address, our_address):
    a, b = normal(theirs, their_address), normal(ours, our_address)
    assert set(a) == set(b), {
        "only Prometheus": sorted(map(sorted, set(a) - set(b))),
        "only ours": sorted(map(sorted, set(b) - set(a))),
    }
    for key in a:
        common = min(len(a[key]), len(b[key]))
        assert common or not a[key], key
        assert a[key][:common] == b[key][:common], (sorted(key), a[key], b[key])


def compare_staleness(theirs, ours):
    """A series that vanished is gone at the next scrape on both sides, not 5 minutes later."""
    for selector in ("vanishes_for_good", "comes_and_goes", "odd_only"):
        seen = []
        for url in (theirs, ours):
            query = urllib.parse.urlencode({"query": "always_total[1h]"})
            values = json.loads(get(f"{url}/api/v1/query?{query}")[1])["data"]["result"][0][
                "values"
            ]
            seen.append(gone_at(url, selector, [at + 0.2 for at, _ in values[: SCRAPES - 1]]))
        assert seen[0] == seen[1], (selector, seen)
        assert True in seen[0] and False in seen[0], (selector, seen)


test_the_same_series_values_and_staleness_as_prometheus.seconds = 25
