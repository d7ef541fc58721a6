"""An outage of the hub: killed with SIGKILL under load, restarted later."""

import os
import time

import harness
from test_walkthrough import start, start_collector
from topology import wait_for

OUTAGE_S = int(os.environ.get("TRIBUTARY_OUTAGE_SECONDS", "60"))
SERIES = 500


def page(number):
    lines = [f"scrape_number {number}"]
    lines += [f'load{{series="{i}"}} {number}' for i in range(SERIES)]
    return "\n".join(lines) + "\n"


def test_an_outage_loses_nothing_and_reorders_nothing(case):
    """The hub is killed with SIGKILL while samples arrive and comes back after 60 s: every scrape,
    those during the outage included, is there once, in order, for every series."""
    topo = start(case)
    app = harness.Application(page)
    case.defer(app.close)
    collector = start_collector(case, topo, app)
    wait_for(lambda: harness.latest(topo, "scrape_number"), 20, "the first samples")
    time.sleep(3)
    topo.hub.process.kill()
    topo.hub.process.wait()
    at_kill = app.scrapes
    time.sleep(OUTAGE_S)
    at_restart = app.scrapes
    topo.start_hub()

    def newest():
        found = harness.latest(topo, "scrape_number")
        return next(iter(found.values())) if found else 0

    caught_up = time.monotonic()
    wait_for(lambda: newest() >= at_restart, 90, "the scrapes of the outage in the workspace")
    caught_up = time.monotonic() - caught_up
    assert collector.stop() == 0, collector.output()
    last = app.scrapes

    lost = reordered = total = 0
    for series in topo.query(f'{{__name__=~"load|scrape_number"}}[{OUTAGE_S + 120}s]')["result"]:
        values = [int(float(v)) for _, v in series["values"]]
        total += len(values)
        lost += len(set(range(1, last + 1)) - set(values))
        reordered += sum(1 for a, b in zip(values, values[1:]) if b <= a)
    case.figure(
        f"outage of {OUTAGE_S} s, {SERIES + 1} series at 1 s: {at_restart - at_kill} scrapes while "
        f"the hub was down, {total} samples stored, {lost} lost, {reordered} out of order, "
        f"caught up {caught_up:.1f} s after the restart"
    )
    assert lost == 0 and reordered == 0 and total == last * (SERIES + 1)


test_an_outage_loses_nothing_and_reorders_nothing.seconds = OUTAGE_S + 30
