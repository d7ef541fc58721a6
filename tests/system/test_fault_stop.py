"""SIGTERM at every bad moment: what can be sent is sent, the exit code is 0, ECS need not kill."""

import signal
import time

import fault_server
from fault_rig import STOP_S, Rig, expect_whole
from fault_target import counting_page


def test_a_stop_in_the_middle_of_a_request_lets_it_end(case):
    """SIGTERM while the endpoint takes its time over a request: that and all later ones arrive."""
    rig = Rig(case, counting_page(20), exporter={"timeout": "5s"})
    rig.receiver.fault(fault_server.late(0.7))
    rig.start()
    rig.wait(lambda: rig.receiver.active and rig.target.last() >= 4, 10, "a request under way")
    stored = rig.finish()
    expect_whole(stored, rig.target.last())


def test_a_stop_while_the_endpoint_fails_gives_it_another_chance(case):
    """SIGTERM in the pauses between attempts: what waits is tried at once, and arrives."""
    rig = Rig(case, counting_page(20), exporter={"retry_on_failure": {"initial_interval": "30s"}})
    rig.start()
    rig.wait_stored(2)
    fault = rig.receiver.fault(fault_server.refuse(503, "try later"), times=1)
    rig.wait(lambda: fault.hits == 1, 10, "a refused request")
    rig.wait_scrapes(3)
    began = time.monotonic()
    stored = rig.finish()
    assert time.monotonic() - began < 5
    expect_whole(stored, rig.target.last())


def test_a_task_of_two_seconds_leaves_its_first_and_its_last_sample(case):
    """Scraped every minute, stopped after 2 s: one sample from the start, one from the end."""
    rig = Rig(case, interval="60s")
    began = time.monotonic()
    rig.start()
    time.sleep(2)
    code = rig.collector.stop(timeout=STOP_S)
    took = time.monotonic() - began
    assert code == 0, (code, rig.log())
    stored = rig.receiver.stored()
    samples = stored.of("ticks")
    assert [value for _, value in samples] == [1, 2], samples
    first, last = (at_ms for at_ms, _ in samples)
    assert 0.9 < (last - first) / 1000 < 3, (first, last)
    case.figure(
        f"task of 2 s: first sample {(rig.receiver.taken_at[0] - began) * 1000:.0f} ms after the "
        f"start, ended {took - 2:.2f} s after SIGTERM"
    )


def test_a_task_ends_while_its_application_does_not_answer(case):
    """The last scrape of a target that accepts and never answers does not hold up the end."""
    rig = Rig(case, counting_page(5), interval="1s")
    rig.start()
    rig.wait_stored(2)
    rig.target.fault(fault_server.half_open)
    rig.wait(lambda: rig.target.active, 10, "a scrape that hangs")
    began = time.monotonic()
    assert rig.collector.stop() == 0, rig.log()
    assert time.monotonic() - began < 15
    expect_whole(rig.receiver.stored(), rig.target.last())


def test_a_second_signal_ends_at_once(case):
    """Who cannot wait sends SIGTERM again: exit code 1, and the log says so. Two at a time, as
    timeout(1) sends them, are one."""
    rig = Rig(case, counting_page(5))
    rig.start()
    rig.wait_stored(2)
    rig.receiver.down()
    rig.wait_scrapes(2)
    rig.collector.process.send_signal(signal.SIGTERM)
    rig.expect_log("Stopping", "SIGTERM")
    rig.collector.process.send_signal(signal.SIGTERM)
    time.sleep(0.6)
    assert rig.collector.process.poll() is None, rig.log()
    rig.collector.process.send_signal(signal.SIGTERM)
    assert rig.collector.process.wait(5) == 1
    rig.expect_log("second signal")


def soak_a_stop_without_an_endpoint_ends_in_time(case):
    """The endpoint is half open for good: the collector ends with 0 within ECS' 30 s, and says how
    many samples are lost."""
    rig = Rig(case, counting_page(20), exporter={"timeout": "1s"})
    rig.start()
    rig.wait_stored(2)
    rig.receiver.fault(fault_server.half_open)
    rig.wait_scrapes(5)
    stored = rig.finish()
    line = rig.expect_log("dropped", "shutdown")
    case.figure(f"stop against a half-open endpoint: {line[-120:]}")
    assert len(stored.values("ticks")) < rig.target.last()
