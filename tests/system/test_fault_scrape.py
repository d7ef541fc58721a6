"""Targets that misbehave: the others do not notice, and what can be known is stored."""

import json
import time

import fault_server
from fault_receiver import fields, uncompress
from fault_rig import Rig, expect_whole
from fault_target import Target, counting_page, dripping

LINES = 1_000_000


def test_a_target_that_drips_does_not_hold_up_the_others(case):
    """One target sends a byte per second: its scrapes fail with the timeout, up is 0, and the other
    target's samples come at their times."""
    rig = Rig(case, counting_page(20))
    slow = rig.server(Target())
    slow.fault(dripping(b"slow_metric 1\n" * 100))
    rig.jobs["slow"] = [slow.address]
    rig.start()
    began = time.monotonic()
    rig.wait_scrapes(20)
    took = time.monotonic() - began
    rig.wait_stored(rig.target.last())
    rig.expect_log("Failed to scrape", slow.address, "no answer within 200ms")
    rig.collector.stop()
    stored = rig.receiver.stored()
    expect_whole(stored, rig.target.last())
    assert set(stored.values("up", job="slow")) == {0}, stored.values("up", job="slow")
    assert stored.values("up", job="app").count(0) <= 2, stored.values("up", job="app")
    times = [at_ms for at_ms, _ in stored.of("up", job="app")][1:-1]
    late = [abs(b - a - 200) for a, b in zip(times, times[1:])]
    case.figure(
        f"beside a target that drips: 20 scrapes at 200 ms took {took:.2f} s, times of samples off "
        f"by {max(late)} ms at most"
    )
    assert max(late) <= 100, late


def test_a_page_of_a_million_lines_is_scraped(case):
    """100,000 names with 10 series each in one page: every sample arrives, within one scrape."""
    lines = (f'huge_metric_{i // 10}{{number="{i}",path="/api/v1"}} {i}\n' for i in range(LINES))
    page = "".join(lines)
    rig = Rig(case, interval="60s", exporter={"timeout": "20s"})
    rig.target.page = page.encode()
    rig.start()
    began, peak, silent = time.monotonic(), 0, 0.0

    def all_there():
        nonlocal peak, silent
        asked = time.monotonic()
        sent = rig.own("tributary_exporter_samples_sent")
        silent, peak = max(silent, time.monotonic() - asked), max(peak, rig.rss_kib())
        return sent >= LINES

    rig.wait(all_there, 180, "a million samples")
    took, cpu = time.monotonic() - began, rig.cpu_seconds()
    rig.target.fault(fault_server.refuse(503))  # no second time at the end
    assert rig.collector.stop() == 0, rig.log()
    arrived = sum(
        sum(1 for number, _ in fields(uncompress(body)) if number == 1)
        for body in rig.receiver.bodies
    )
    case.figure(
        f"one page of {LINES:,} lines ({len(page) / 1e6:.0f} MB): delivered {took:.1f} s after the "
        f"start in {rig.receiver.count()} requests, {cpu:.2f} CPU s, RSS at most {peak / 1024:.0f} "
        f"MiB, own metrics silent for {silent:.1f} s at most"
    )
    assert LINES <= arrived <= LINES + 10, arrived


def test_pages_of_every_bad_kind_are_told_and_survived(case):
    """Errors, garbage, half a page, no HTTP: up is 0 for that scrape, one line a minute says why,
    and the good scrapes between are stored."""
    rig = Rig(case, counting_page(5), interval="100ms")
    acts = [
        fault_server.refuse(500, "broken"),
        fault_server.garbage,
        fault_server.cut_answer,
        fault_server.refuse(200, "{" * 10_000),
        fault_server.refuse(200, bytes(range(1, 256)) * 50),
        fault_server.refuse(200, "ticks 1\nticks{a=\n", content_type="text/plain"),
        fault_server.refuse(200, "ticks", content_encoding="gzip"),
        fault_server.refuse(200, "x" * 100, content_type="application/openmetrics-text"),
    ]
    rig.start()
    rig.wait_stored(2)
    for act in acts:
        fault = rig.target.fault(act, times=1)
        rig.wait(lambda fault=fault: fault.hits, 10, "the bad page to be fetched")
        rig.wait_scrapes(2)
    rig.wait_stored(rig.target.last())
    stored = rig.finish()
    expect_whole(stored, rig.target.last(), failed=len(acts))
    assert stored.values("up").count(0) >= len(acts), stored.values("up")
    failures = [line for line in rig.log().splitlines() if "Failed to scrape" in line]
    assert len(failures) == 1, failures


def test_series_that_come_and_go_leave_no_gaps_and_no_ghosts(case):
    """The page changes its shape in each scrape: appearing, vanishing, reordered, another type;
    what vanished gets a stale marker, each value is that of its scrape."""

    def page(n):
        lines = [f"ticks {n}"]
        lines += [f'odd{{n="{i}"}} {n}' for i in range(300) if (i + n) % 3]
        lines += [f'late{{n="{i}"}} {n}' for i in range(min(n, 40))]
        if n % 2:
            lines.reverse()
        return f"# TYPE odd {'gauge' if n % 4 < 2 else 'counter'}\n" + "\n".join(lines) + "\n"

    rig = Rig(case, page, interval="100ms", exporter={"add_metric_suffixes": False})
    rig.start()
    rig.wait_scrapes(20)
    rig.wait_stored(rig.target.last())
    stored = rig.finish()
    expect_whole(stored, rig.target.last())
    scraped = {at_ms: n for at_ms, n in stored.of("ticks") if n is not None}
    for i in range(300):
        want, there = [], False
        for at_ms, up in stored.of("up"):
            was, there = there, up == 1 and (i + scraped[at_ms]) % 3 != 0
            if there:
                want.append((at_ms, scraped[at_ms]))
            elif was:
                want.append((at_ms, None))
        assert stored.of("odd", n=str(i)) == want, i
    for i in range(40):
        want = [n for n in scraped.values() if n > i]
        assert stored.values("late", n=str(i)) == want, i


def test_task_metadata_that_is_garbage_hurts_nobody_else(case):
    """The ECS metadata endpoint answers garbage in every form: one line says so, the application's
    metrics arrive, and the task's do once it answers well."""
    rig = Rig(case, counting_page(5))
    metadata = rig.server(Metadata())
    rig.env["ECS_CONTAINER_METADATA_URI_V4"] = metadata.url + "/v4/id"
    rig.exporter["resource_to_telemetry_conversion"] = {"enabled": True}
    config = rig.config()
    config["receivers"]["awsecscontainermetrics"] = {"collection_interval": "100ms"}
    config["service"]["pipelines"]["metrics/ecs"] = {
        "receivers": ["awsecscontainermetrics"],
        "exporters": [rig.name],
    }
    bad = [
        fault_server.refuse(500, "broken"),
        fault_server.garbage,
        fault_server.cut_answer,
        fault_server.refuse(200, "{not json"),
        fault_server.refuse(200, "[1, 2]"),
        fault_server.refuse(200, "null"),
        fault_server.refuse(200, "[" * 100_000),
        fault_server.refuse(200, json.dumps({"Containers": "none", "Limits": [1]})),
        fault_server.refuse(200, json.dumps({"Containers": [None, 1, {"DockerId": 2}]})),
        fault_server.refuse(200, b"\xff\x00" * 1000),
        fault_server.refuse(200, "x" * (5 << 20)),
    ]
    for act in bad:
        metadata.fault(act, times=1)
    rig.start(config)
    rig.wait(lambda: metadata.requests > len(bad) + 3, 20, "the garbage to be read")
    rig.expect_log("Failed to collect stats", metadata.address)
    rig.expect_log("Collecting stats again")
    rig.wait(lambda: rig.own("tributary_receiver_failed_collections") > 0, 5, "failed collections")
    rig.wait_stored(rig.target.last())
    rig.wait(lambda: "ecs_task_memory_utilized" in str(rig.receiver.stored().names()), 10, "ECS")
    stored = rig.finish()
    expect_whole(stored, rig.target.last())
    errors = [line for line in rig.log().splitlines() if "Failed to collect" in line]
    assert len(errors) == 1, errors


class Metadata(fault_server.Server):
    """A task with one container, always the same."""

    def handle(self, exchange):
        folder = fault_server.ROOT / "src/collector/receivers/awsecscontainermetrics/testdata"
        name = "stats.json" if exchange.path.endswith("/stats") else "task.json"
        exchange.answer(200, (folder / name).read_bytes())
