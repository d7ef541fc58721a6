"""What each compat profile sends, series by series: the ECS worked example and a scraped page, from
the endpoints to remote write, against a golden file for each profile (testdata/<profile>.txt).

TRIBUTARY_UPDATE_GOLDEN=1 writes the files instead. Where OTELCOL_BIN names a real OpenTelemetry
Collector, today's file is compared with what that sends, too."""

import os
import pathlib
import re

import fault_receiver
import harness
import topology
from topology import wait_for

HERE = pathlib.Path(__file__).resolve().parent
ECS_DATA = HERE.parent.parent / "src/collector/receivers/awsecscontainermetrics/testdata"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PAGE = """# TYPE app_requests counter
# HELP app_requests Requests that were answered.
app_requests_total{code="200",path="/a.b"} 7 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 1
app_requests_created{code="200",path="/a.b"} 1.7e9
# TYPE app_cpu_seconds counter
# UNIT app_cpu_seconds seconds
app_cpu_seconds_total 12.5
# TYPE app_latency_seconds histogram
# UNIT app_latency_seconds seconds
app_latency_seconds_bucket{le="0.005"} 1
app_latency_seconds_bucket{le="1.0"} 3
app_latency_seconds_bucket{le="2.5e+06"} 3
app_latency_seconds_bucket{le="+Inf"} 4
app_latency_seconds_count 4
app_latency_seconds_sum 2.25
# TYPE app_gc summary
app_gc{quantile="0.5"} 0.125
app_gc{quantile="1.0"} 0.5
app_gc_count 2
app_gc_sum 0.625
# TYPE app_temperature_celsius gauge
app_temperature_celsius{_odd="x",a__b="y",otel_scope_name="lib"} -3.5
# TYPE app:rule:rate5m gauge
app:rule:rate5m 0.75
# TYPE app_build info
app_build_info{version="1.2"} 1
# TYPE app_state stateset
app_state{app_state="on"} 1
app_state{app_state="off"} 0
# TYPE app_untold unknown
app_untold 42
# EOF
"""
# Exporter and settings of each profile; the first and the last say it by the exporter's type.
PROFILES = {
    "adot-0.12": ("awsprometheusremotewrite", "aws_auth: {region: eu-west-1}"),
    "adot-0.35": ("prometheusremotewrite", "compat: adot-0.35"),
    "adot-0.49": ("prometheusremotewrite", "add_metric_suffixes: true"),
}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "secret"}
# Values that are no two times the same.
VOLATILE = ("scrape_duration_seconds", "scrape_series_added")


class Run:
    """A collector's configuration with everything around it; both exporters see the same data."""

    def __init__(self, case, exporter, settings):
        self.app = harness.Application(PAGE, content_type=OPENMETRICS)
        self.metadata = harness.StaticFiles(
            {
                "/task": (200, (ECS_DATA / "task.json").read_text()),
                "/task/stats": (200, (ECS_DATA / "stats.json").read_text()),
            }
        )
        self.plain, self.labelled = fault_receiver.Receiver(), fault_receiver.Receiver()
        for one in (self.app, self.metadata, self.plain, self.labelled):
            case.defer(one.close)
        self.config = f"""
receivers:
  prometheus:
    config:
      scrape_configs:
      - job_name: demo
        scrape_interval: 1s
        scrape_timeout: 1s
        static_configs: [{{targets: ["{self.app.address}"]}}]
  awsecscontainermetrics: {{collection_interval: 1s}}
exporters:
  {exporter}:
    endpoint: {self.plain.endpoint}
    {settings}
  {exporter}/labelled:
    endpoint: {self.labelled.endpoint}
    {settings}
    resource_to_telemetry_conversion: {{enabled: true}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    metrics:
      receivers: [prometheus, awsecscontainermetrics]
      exporters: [{exporter}, {exporter}/labelled]
"""
        self.env = {"ECS_CONTAINER_METADATA_URI_V4": self.metadata.url, **KEYS}

    def is_complete(self):
        """Two scrapes and two collections have arrived at both."""
        return all(
            any(
                fault_receiver.name_of(series).startswith(name) and len(samples) >= 2
                for series, samples in receiver.stored().series.items()
            )
            for receiver in (self.plain, self.labelled)
            for name in ("up", "ecs_task_storage_write_bytes")
        )

    def text(self):
        return "\n".join(
            [
                "# As it comes",
                *self.lines(self.plain),
                "# With the attributes of resources as labels",
                *self.lines(self.labelled),
                "",
            ]
        )

    def lines(self, receiver):
        decoder, lines = fault_receiver.Decoder(), set()
        for body in receiver.bodies:
            for series, _, bits in decoder.samples(body):
                if bits != fault_receiver.STALE_BITS:
                    lines.add(self.line(dict(series), fault_receiver.to_float(bits)))
        return sorted(lines)

    def line(self, labels, value):
        name = labels.pop("__name__")
        inner = ",".join(f'{key}="{text}"' for key, text in sorted(labels.items()))
        inner = inner.replace(self.app.address, "ADDRESS").replace(f'"{self.app.port}"', '"PORT"')
        inner = re.sub(r'(otel_scope_version)="[^"]*"', r'\1="VERSION"', inner)
        return f"{name}{{{inner}}} {'VALUE' if name in VOLATILE else f'{value:.17g}'}"


def differences(wanted, got):
    wanted, got = wanted.splitlines(), got.splitlines()
    return {
        "missing": [line for line in wanted if line not in got],
        "unexpected": [line for line in got if line not in wanted],
    }


def check_profile(case, profile):
    run = Run(case, *PROFILES[profile])
    path = harness.write_config(case.directory, run.config)
    collector = topology.Program(
        "tributary-collector",
        ["--config", path],
        case.directory / "collector.log",
        env=run.env,
    )
    case.defer(collector.stop)
    wait_for(run.is_complete, 30, "two collections of everything")
    golden = HERE / "testdata" / f"{profile}.txt"
    if os.environ.get("TRIBUTARY_UPDATE_GOLDEN"):
        golden.write_text(run.text())
    assert run.text() == golden.read_text(), differences(golden.read_text(), run.text())


def test_the_walkthrough_of_2021_sends_the_series_of_adot_0_12(case):
    """awsprometheusremotewrite sends names, units, percentages and labels of ADOT 0.12."""
    check_profile(case, "adot-0.12")


def test_compat_adot_0_35_sends_the_series_of_2023(case):
    """compat: adot-0.35 sends suffixes, Megabytes, CPU units and target_info, and no scope."""
    check_profile(case, "adot-0.35")


def test_the_exporter_of_today_sends_the_series_of_adot_0_49(case):
    """prometheusremotewrite sends MiB, ephemeral storage and scope labels."""
    check_profile(case, "adot-0.49")


def test_a_real_collector_sends_the_series_of_adot_0_49(case):
    """The golden file of today's profile is what a real OpenTelemetry Collector 0.156 sends."""
    binary = os.environ.get("OTELCOL_BIN")
    if not binary:
        case.skip("OTELCOL_BIN names no OpenTelemetry Collector")
    run = Run(case, *PROFILES["adot-0.49"])
    path = harness.write_config(case.directory, run.config)
    peer = topology.Program(
        "otelcol", ["--config", path], case.directory / "otelcol.log", run.env, binary
    )
    case.defer(peer.stop)
    wait_for(run.is_complete, 60, "two collections of everything")
    golden = (HERE / "testdata" / "adot-0.49.txt").read_text()
    assert run.text() == golden, differences(golden, run.text())
