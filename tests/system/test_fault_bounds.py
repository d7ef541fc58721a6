"""What a collector may use and say: memory over an outage, lines in its log."""

import os
import time

from fault_rig import Rig, expect_whole
from fault_target import counting_page

OUTAGE_S = float(os.environ.get("TRIBUTARY_FAULT_MEMORY_SECONDS", "12"))
QUEUE_KIB = 512
SERIES = 4000


def test_an_outage_costs_no_more_memory_than_the_queue_may(case):
    """20,000 samples a second while the endpoint is down, until the queue is full and longer: RSS
    grows by no more than the queue's budget and 1 MB."""
    queue = {"remote_write_queue": {"max_bytes": f"{QUEUE_KIB}KiB"}}
    rig = Rig(case, counting_page(SERIES), exporter=queue)
    rig.start()
    rig.wait_scrapes(15)
    before = max(rig.rss_kib() for _ in range(20) if time.sleep(0.05) is None)
    rig.receiver.down()
    first = rig.target.last()
    time.sleep(OUTAGE_S)
    after = max(rig.rss_kib() for _ in range(20) if time.sleep(0.05) is None)
    scrapes = rig.target.last() - first
    full = rig.own("tributary_exporter_samples_dropped") > 0
    queued = rig.own("tributary_exporter_queue_bytes")
    rig.receiver.up()
    rig.wait_newer(rig.target.last(), timeout=30)
    stored = rig.finish()
    case.figure(
        f"outage of {OUTAGE_S:g} s at {SERIES * 5:,} samples/s: RSS {before / 1024:.1f} -> "
        f"{after / 1024:.1f} MiB, {scrapes} scrapes, {queued / 1024:.0f} KiB queued"
        f"{', queue full' if full else ''}"
    )
    assert stored.reordered == 0 and stored.conflicts == 0
    assert after - before <= QUEUE_KIB + 1000, (before, after)


def test_a_collector_that_works_well_is_quiet(case):
    """10 s without trouble: the lines of the start, and one when the first write is accepted."""
    rig = Rig(case, counting_page(20))
    rig.start()
    time.sleep(10)
    lines = [line.split("\t") for line in rig.log().splitlines()]
    assert all(len(line) >= 3 and line[1] == "INFO" for line in lines), rig.log()
    said = [line[2] for line in lines]
    assert said[0].startswith("Starting") and "First write accepted" in said[-1], said
    assert len(said) <= 4, said
    expect_whole(rig.finish(), rig.target.last())


test_an_outage_costs_no_more_memory_than_the_queue_may.seconds = OUTAGE_S + 15
