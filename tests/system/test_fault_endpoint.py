"""The endpoint of remote write misbehaves in every way; nothing is lost, nothing reordered, and the
log says what is the matter."""

import os
import random
import time

import fault_server
from fault_receiver import reply_lost
from fault_rig import Rig, expect_whole
from fault_target import counting_page

SERIES = 20


def ride_out(case, act, log, times=None, exporter=None):
    """Runs into the fault, `times` requests or three scrapes long, and out of it."""
    rig = Rig(case, counting_page(SERIES), exporter=exporter)
    rig.start()
    rig.wait(rig.receiver.count, 10, "the first write")
    fault = rig.receiver.fault(act, times=times)
    rig.wait(lambda: fault.hits >= (times or 1), 15, "requests that meet the fault")
    rig.expect_log("Cannot write; samples are kept", rig.receiver.endpoint, *log)
    if times is None:
        rig.wait_scrapes(3)
        rig.receiver.heal()
    rig.wait_stored(rig.target.last())
    rig.expect_log("Writing again")
    stored = rig.finish()
    expect_whole(stored, rig.target.last(), rig.receiver.copies_due())
    return rig, stored, fault


def test_an_endpoint_that_is_down_at_start_gets_everything_later(case):
    """Connections are refused from the start: the log says so at once; every scrape arrives."""
    rig = Rig(case, counting_page(SERIES))
    rig.receiver.down()
    rig.start()
    rig.wait_scrapes(5)
    rig.expect_log("Cannot write", rig.receiver.endpoint, "refused", "retry in")
    rig.receiver.up()
    rig.wait_stored(rig.target.last())
    rig.expect_log("First write accepted")
    expect_whole(rig.finish(), rig.target.last())


def ride_out_an_outage(case, seconds):
    rig = Rig(case, counting_page(50))
    rig.start()
    rig.wait_stored(2)
    before = rig.target.last()
    rig.receiver.down()
    rig.expect_log("Cannot write", rig.receiver.endpoint, "refused", "retry in")
    time.sleep(seconds)
    waiting = rig.own("tributary_exporter_samples_queued")
    assert waiting > (rig.target.last() - before - 2) * 51, waiting
    rig.receiver.up()
    rig.wait_stored(rig.target.last(), timeout=60)
    rig.expect_log("Writing again")
    stored = rig.finish()
    expect_whole(stored, rig.target.last())
    case.figure(
        f"endpoint down for {seconds:g} s at 200 ms: {stored.samples} samples, "
        f"{stored.duplicates} duplicates, 0 lost, 0 out of order"
    )


def test_an_endpoint_that_is_down_for_a_while_gets_everything_later(case):
    """Connections are refused after a good start: every scrape arrives once, in order."""
    ride_out_an_outage(case, 8)


def soak_an_endpoint_that_is_down_for_long(case):
    """The same, for 10 minutes (TRIBUTARY_SOAK_DOWN_SECONDS)."""
    ride_out_an_outage(case, float(os.environ.get("TRIBUTARY_SOAK_DOWN_SECONDS", "600")))


def test_a_slow_endpoint_delays_and_loses_nothing(case):
    """Each answer takes four scrapes: batches are gathered, all of them arrive once, in order."""
    rig = Rig(case, counting_page(SERIES))
    rig.receiver.fault(fault_server.late(0.8))
    rig.start()
    rig.wait_scrapes(12)
    rig.receiver.heal()
    rig.wait_stored(rig.target.last())
    assert "Cannot write" not in rig.log(), rig.log()
    expect_whole(rig.finish(), rig.target.last())


def test_a_half_open_endpoint_runs_into_the_timeout(case):
    """The endpoint takes requests and never answers: the attempt ends with `timeout`."""
    ride_out(
        case, fault_server.half_open, ["no answer within 600ms"], exporter={"timeout": "600ms"}
    )


def test_a_storm_of_503_is_waited_for(case):
    """Server errors are repeated until they end."""
    ride_out(case, fault_server.refuse(503, "try later"), ["503", "try later"], times=6)


def test_a_storm_of_429_is_paced_by_retry_after(case):
    """Throttled requests wait as long as Retry-After says, then go on."""
    act = fault_server.refuse(429, "ingestion rate limit (10) exceeded", retry_after=1)
    rig, _, fault = ride_out(case, act, ["429", "rate limit"], times=2)
    first = next(a.at for a in rig.receiver.attempts if a.at >= fault.first_at)
    after = [a.at - first for a in rig.receiver.attempts if a.at >= first]
    assert after[1] > 0.9 and after[2] > 1.8, after[:4]


def test_a_connection_cut_in_the_body_is_repeated(case):
    """The endpoint resets connections half-way through requests."""
    ride_out(case, fault_server.cut_in_body, ["error"], times=4)


def test_a_cut_answer_and_one_that_is_not_http_are_repeated(case):
    """What cannot be read is not an acknowledgement."""
    acts = [fault_server.cut_answer, fault_server.garbage]
    turn = iter(range(100))
    ride_out(case, lambda exchange: acts[next(turn) % 2](exchange), ["error"], times=4)


def test_a_lost_reply_costs_one_duplicate_request(case):
    """Data that was taken without an answer is sent again, as it was: the same samples with the
    same times, which a storage keeps once."""
    rig, stored, _ = ride_out(case, reply_lost, ["error"], times=2)
    assert len(rig.receiver.unanswered) == 2
    assert stored.duplicates == rig.receiver.copies_due(), stored.duplicates


def test_a_request_too_large_is_split(case):
    """413: halves of it are sent, and everything arrives once."""
    rig = Rig(case, counting_page(400))
    rig.receiver.max_bytes = 2000
    rig.start()
    rig.wait_scrapes(5)
    rig.wait_stored(rig.target.last())
    stored = rig.finish()
    expect_whole(stored, rig.target.last())
    assert max(map(len, rig.receiver.bodies)) <= 2000
    assert any(attempt.bytes > 2000 for attempt in rig.receiver.attempts)


def test_a_mix_of_faults_in_any_order_loses_nothing(case):
    """For some seconds each request meets another fault, by a fixed seed."""
    acts = [
        fault_server.refuse(500, "no"),
        fault_server.refuse(429, "slow down", retry_after=0),
        fault_server.late(0.3),
        fault_server.cut_in_body,
        fault_server.cut_answer,
        fault_server.garbage,
        reply_lost,
    ]
    turns, chance = [], random.Random(20261122)
    rig = Rig(case, counting_page(SERIES), interval="100ms")

    def any_of_them(exchange):
        turns.append(chance.choice([*acts, exchange.server.handle]))
        turns[-1](exchange)

    rig.receiver.fault(any_of_them)
    rig.start()
    rig.wait(lambda: len(turns) >= 25, 25, "25 requests")
    rig.receiver.heal()
    rig.wait_stored(rig.target.last())
    stored = rig.finish()
    expect_whole(stored, rig.target.last(), rig.receiver.copies_due())
    lost_replies = turns.count(reply_lost)
    case.figure(
        f"{len(turns)} requests met faults: {stored.samples} samples, {stored.duplicates} "
        f"duplicates after {lost_replies} lost replies, 0 lost, 0 out of order"
    )
    assert lost_replies > 0


def test_a_refused_series_is_named(case):
    """400: the request is given up, counted and logged with the endpoint's text; the rest of the
    data goes on."""
    rig = Rig(case, lambda n: f"ticks {n}\n" + (f"bad_series {n}\n" if n == 4 else ""))
    rig.receiver.refused_names = {"bad_series"}
    rig.start()
    rig.wait_stored(8)
    rig.expect_log("rejected", "bad_series", "out of order sample", "400")
    rejected = rig.own("tributary_exporter_samples_rejected")
    stored = rig.finish()
    assert rejected > 0 and "bad_series" not in stored.names()
    lost = set(range(1, rig.target.last() + 1)) - set(stored.values("ticks"))
    assert 4 in lost or not lost, lost
    # Those that were gathered into the same request, more of them on a busy machine.
    assert len(lost) <= 8 and stored.reordered == 0, lost


def test_data_that_grew_too_old_is_counted(case):
    """What is older than max_sample_age is given up, counted and logged; the rest arrives."""
    rig = Rig(case, counting_page(SERIES), exporter={"max_sample_age": "2s"})
    rig.start()
    rig.wait_stored(2)
    rig.receiver.down()
    rig.wait_scrapes(18)
    rig.receiver.up()
    rig.wait_newer(rig.target.last())
    rig.expect_log("too old", "max_sample_age")
    expired = rig.own("tributary_exporter_samples_expired")
    expect_gap(rig, rig.finish())
    assert rig.balance()["expired"] == expired > 0


def expect_gap(rig, stored):
    """What the ledger has as sent is there (finish() compared); scrapes are missing in a row."""
    lost = sorted(set(range(1, rig.target.last() + 1)) - set(stored.values("ticks")))
    breaks = sum(1 for a, b in zip(lost, lost[1:]) if b != a + 1)
    assert lost and breaks <= stored.values("up").count(0) + 1, lost
    assert stored.reordered == 0 and stored.duplicates == 0


def test_a_full_queue_drops_the_oldest(case):
    """Above its cap the queue drops its oldest requests, counts and says so."""
    series = 300
    exporter = {"remote_write_queue": {"max_bytes": "24KiB"}, "max_batch_size_bytes": 50_000}
    rig = Rig(case, counting_page(series), exporter=exporter, interval="100ms")
    rig.start()
    rig.wait_stored(2)
    rig.receiver.down()
    rig.wait(lambda: rig.own("tributary_exporter_samples_dropped") > 0, 20, "a full queue")
    rig.wait_scrapes(5)
    rig.receiver.up()
    rig.wait_newer(rig.target.last())
    rig.expect_log("dropped", "queue_full")
    dropped = rig.own("tributary_exporter_samples_dropped")
    expect_gap(rig, rig.finish())
    assert rig.balance()["dropped(queue_full)"] == dropped
