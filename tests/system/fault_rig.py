"""A collector between a target and a receiver that both misbehave on demand, and what it said."""

import json
import os
import re
import time

import fault_server
from fault_receiver import Receiver, name_of
from fault_target import Target
from topology import Program, get, wait_for

STOP_S = 30  # what ECS leaves between SIGTERM and SIGKILL


class Rig:
    """Scrapes every `interval`; `exporter` are further settings of the exporter, which is
    awsprometheusremotewrite where `aws_auth` is given."""

    def __init__(self, case, page=None, interval="200ms", exporter=None, aws_auth=None, env=None):
        self.case, self.interval, self.env = case, interval, env or {}
        self.receiver = self.server(Receiver())
        self.target = self.server(Target(page))
        self.guard, self.metrics_port = fault_server.reserve_port()
        case.defer(self.guard.close)
        self.name = "awsprometheusremotewrite" if aws_auth else "prometheusremotewrite"
        self.exporter = {"endpoint": self.receiver.endpoint, "timeout": "2s", **(exporter or {})}
        self.exporter.setdefault("retry_on_failure", {"max_interval": "500ms"})
        if aws_auth:
            self.exporter["aws_auth"] = {"region": "eu-west-1", **aws_auth}
        self.jobs = {"app": [self.target.address]}
        self.scrape_options, self.extensions, self.programs = {}, {}, 0
        self.collector = None

    def server(self, server):
        self.case.defer(server.close)
        return server

    def config(self):
        jobs = [
            {"job_name": name, "static_configs": [{"targets": targets}], **self.scrape_options}
            for name, targets in self.jobs.items()
        ]
        timing = {"scrape_interval": self.interval, "scrape_timeout": self.interval}
        return {
            "receivers": {"prometheus": {"config": {"global": timing, "scrape_configs": jobs}}},
            "exporters": {self.name: self.exporter},
            "extensions": self.extensions,
            "service": {
                "extensions": list(self.extensions),
                "telemetry": {"metrics": {"address": f"127.0.0.1:{self.metrics_port}"}},
                "pipelines": {"metrics": {"receivers": ["prometheus"], "exporters": [self.name]}},
            },
        }

    def write_config(self, config=None):
        path = self.case.directory / "collector.yaml"
        path.write_text(json.dumps(config or self.config(), indent=1))
        return path

    def start(self, config=None, log=None):
        """Starts a collector; its log is a file of its own."""
        self.programs += 1
        log = self.case.directory / (log or f"collector-{self.programs}.log")
        env = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "eu-west-1", **self.env}
        env = {name: value for name, value in env.items() if value is not None}
        arguments = ["--config", self.write_config(config)]
        self.collector = Program("tributary-collector", arguments, log, env)
        self.case.defer(kill_it(self.collector))
        return self.collector

    def wait(self, condition, timeout, what):
        """Polls; the end of the collector is an error of its own."""

        def both():
            assert self.collector.running(), f"the collector ended:\n{self.log()}"
            return condition()

        return wait_for(both, timeout, what)

    def wait_scrapes(self, count, timeout=20):
        """Until that many more scrapes were served."""
        goal = self.target.last() + count
        self.wait(lambda: self.target.last() >= goal, timeout, f"{count} scrapes")

    def wait_stored(self, number, timeout=20):
        """Until scrape `number`, or a later one, has been taken by the receiver."""

        def there():
            return self.receiver.stored().newest("ticks") >= number

        self.wait(there, timeout, f"scrape {number} at the receiver")

    def wait_newer(self, number, timeout=20):
        self.wait_stored(number + 1, timeout)

    def finish(self, code=0):
        """Stops the collector between two scrapes; what was stored then."""
        self.wait_scrapes(1)
        time.sleep(0.03)
        began = time.monotonic()
        assert self.collector.stop(timeout=STOP_S + 5) == code, self.log()
        assert time.monotonic() - began < STOP_S, "stopped too late for ECS"
        self.target.wait_idle()
        stored, balance = self.receiver.stored(), self.balance()
        if self.programs == 1:
            received = stored.samples - stored.duplicates
            assert balance["sent"] == received, (balance, received, stored.odd_ones)
        return stored

    def balance(self):
        """The ledger's line at the end, {name: samples}; it must be even."""
        line = self.expect_log("Balance of samples")
        both = re.search(r"Balance of samples: (.*) = (.*?)(\t|$)", line)
        assert both, line
        sides = [
            re.findall(r"([a-z_ ()/.]+?) ([\d,]+)(?: \+ |$)", side) for side in both.groups()[:2]
        ]
        came, went = [{k: int(v.replace(",", "")) for k, v in side} for side in sides]
        assert sum(came.values()) == sum(went.values()) > 0, line
        return {"sent": 0, **came, **went}

    def log(self):
        return self.collector.output()

    def own_metrics(self):
        """{name{labels}: value} of the collector's own metrics."""
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        text = self.wait(lambda: get(url, timeout=150)[1], 150, "own metrics")
        rows = (line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")
        return {name: float(value) for name, value in rows}

    def own(self, name):
        """The sum of one own metric over its labels."""
        found = [v for k, v in self.own_metrics().items() if k.partition("{")[0] == name]
        assert found, f"no own metric {name}"
        return sum(found)

    def expect_log(self, *parts, timeout=5):
        """One line holds all of it, or will soon; returns that line."""

        def find():
            return next((l for l in self.log().splitlines() if all(p in l for p in parts)), None)

        try:
            return wait_for(find, timeout, "a line of the log")
        except TimeoutError as late:
            raise AssertionError(f"no line with {parts} in:\n{self.log()}") from late

    def rss_kib(self):
        status = open(f"/proc/{self.collector.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def cpu_seconds(self):
        parts = open(f"/proc/{self.collector.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def kill_it(program):
    def kill():
        if program.running():
            program.process.kill()
            program.process.wait()

    return kill


def expect_whole(stored, last, duplicates=0, failed=0):
    """Scrapes 1..last of every series are stored, each once and in order; at most `duplicates`
    samples came again. On a busy machine a scrape may run into its timeout: excused is what the
    collector itself says with up = 0, but for `failed` scrapes that had to fail; and the last but
    one, which may have been under way at SIGTERM: the last one was made in its place."""
    counted = {key: v for key, v in stored.series.items() if name_of(key) in ("ticks", "load")}
    assert counted, "no sample was stored"
    excused = stored.values("up", job="app").count(0) - failed
    for series, samples in counted.items():
        values = [value for _, value in samples if value is not None]
        lost = sorted(set(range(1, last + 1)) - set(values))
        assert len(lost) <= excused + (
            last - 1 in lost
        ), f"{dict(series)}: lost {lost}, {excused} excused"
        assert values == [n for n in range(1, last + 1) if n not in lost], f"{series}: {values}"
    assert stored.reordered == 0 and stored.conflicts == 0, stored.odd_ones
    assert stored.duplicates <= duplicates, f"{stored.duplicates} of {stored.odd_ones}"
