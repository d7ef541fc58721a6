"""A spool directory: kill -9, restarts, outages, full and damaged disks."""

import collections
import os
import random
import shutil
import subprocess
import time

import fault_server
from fault_receiver import Receiver, reply_lost
from fault_rig import STOP_S, Rig, expect_whole
from fault_target import counting_page
from topology import BIN

SERIES = 20
# A scrape may die with the process while it is gathered for a request: for `linger` (100 ms here),
# and for a second (Sender::kSpoolDelay) while a request is in flight or fails. The rest is for a
# machine on which processes wait for their turn.
LOSS_WINDOW_S = 1.0 + 0.4


def make(case, name="spool", **options):
    exporter = {"wal": {"directory": str(case.directory / name)}, "linger": "100ms"}
    exporter.update(options.pop("exporter", {}))
    rig = Rig(case, counting_page(SERIES), exporter=exporter, **options)
    rig.spool = case.directory / name / "prom_remotewrite"
    return rig


def spool_command(rig, what, *more):
    done = subprocess.run(
        [str(BIN / "tributary-collector"), "spool", what, str(rig.spool), *more],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def check_replay(rig):
    """A copy of the spool, sent to somebody else by `spool replay`, brings all that is missing."""
    other = rig.server(Receiver())
    copy = rig.case.directory / "copy"
    shutil.copytree(rig.spool, copy)
    original, rig.spool = rig.spool, copy
    code, text = spool_command(rig, "replay", f"--endpoint={other.endpoint}")
    rig.spool = original
    assert code == 0, text
    both = rig.receiver.stored().values("ticks") + other.stored().values("ticks")
    assert both == list(range(1, rig.target.last() + 1)), both


class Killer:
    """Kills the collector at random moments while the endpoint changes its mood; knows what each
    life scraped."""

    def __init__(self, rig, seed, life_s):
        self.rig, self.chance, self.life_s = rig, random.Random(seed), life_s
        self.killed = []  # the time of each life's end
        self.moods = [
            ("well", None),
            ("well", None),
            ("down", None),
            ("half open", fault_server.half_open),
            ("refuses", fault_server.refuse(503, "no")),
            ("late", fault_server.late(0.15)),
            ("loses replies", reply_lost),
            ("cuts", fault_server.cut_in_body),
        ]
        self.is_down = False

    def change_mood(self):
        name, act = self.chance.choice(self.moods)
        self.rig.receiver.heal()
        if (name == "down") != self.is_down:
            self.is_down = not self.is_down
            (self.rig.receiver.down if self.is_down else self.rig.receiver.up)()
        if act:
            self.rig.receiver.fault(act)

    def start(self):
        """Each life asks for another path, so that its scrapes are known."""
        self.rig.scrape_options = {"metrics_path": f"/{len(self.killed)}"}
        return self.rig.start(log="collector.log")

    def one_life(self):
        self.change_mood()
        program = self.start()
        end = time.monotonic() + self.chance.uniform(0.0, self.life_s)
        while time.monotonic() < end:
            time.sleep(min(0.3, max(0.0, end - time.monotonic())))
            if self.chance.random() < 0.3:
                self.change_mood()
        assert program.running(), self.rig.log()
        program.process.kill()
        program.process.wait()
        self.killed.append(time.monotonic())
        program.log.close()

    def finish(self):
        """A last life that is well and delivers everything."""
        self.rig.receiver.heal()
        if self.is_down:
            self.rig.receiver.up()
        self.start()
        self.rig.wait_newer(self.rig.target.last() + 1, timeout=60)
        return self.rig.finish()

    def judge(self, stored):
        """Nothing lost but the end of a life: what it had scraped in its last moments."""
        rig, early, lost_at_kills, latest = self.rig, [], 0, 0.0
        have = set(stored.values("ticks"))
        served = dict(rig.target.served)
        lives = collections.defaultdict(list)
        for n, path in rig.target.asked.items():
            lives[int(path[1:])].append(n)
        for life, killed in enumerate(self.killed):
            there = [n for n in lives[life] if n in have]
            lost = [n for n in lives[life] if n not in have]
            early += [n for n in lost if there and n < max(there)]
            for n in set(lost) - set(early):
                age = killed - served.get(n, killed)
                latest = max(latest, age)
                assert (
                    age < LOSS_WINDOW_S
                ), f"scrape {n} was {age:.3f} s old at the kill, and is lost"
                lost_at_kills += 1
        early += [n for n in lives[len(self.killed)] if n not in have]
        failed = stored.values("up").count(0)  # ran into their timeout, on a busy machine
        assert len(early) <= failed, f"scrapes {early} are lost, though later ones are not"
        values = stored.values("ticks")
        assert values == sorted(values), "out of order"
        assert stored.reordered == 0 and stored.conflicts == 0
        due = rig.receiver.copies_due(len(self.killed))
        assert stored.duplicates <= due, f"{stored.duplicates} came twice, {due} may"
        rig.case.figure(
            f"{len(self.killed)} kills, {rig.target.last()} scrapes of {SERIES + 1} series: "
            f"{lost_at_kills} scrapes not yet spooled at a kill (the oldest was "
            f"{latest * 1000:.0f} ms old), 0 others lost, {stored.duplicates} of {stored.samples} "
            f"samples came twice ({due} may: replies lost, in flight at a kill), 0 out of order"
        )


def kill_at_random(case, kills, life_s):
    rig = make(case, interval="100ms", exporter={"timeout": "300ms"})
    killer = Killer(rig, 20261122, life_s)
    for _ in range(kills):
        killer.one_life()
    killer.judge(killer.finish())


def test_kill_9_at_random_moments_loses_nothing_spooled(case):
    """A dozen kills while the endpoint misbehaves: after each restart the stored samples go on; all
    that was acknowledged or spooled is there, in order."""
    kill_at_random(case, 12, 2.0)


def soak_kill_9_a_thousand_times(case):
    """The same, 1,000 kills."""
    kill_at_random(case, int(os.environ.get("TRIBUTARY_SOAK_KILLS", "1000")), 2.0)


def test_what_was_spooled_survives_a_stop_and_a_restart(case):
    """SIGTERM during an outage: exit 0, soon, and the log says how much stays on disk; the next
    collector sends it first, in order."""
    rig = make(case)
    rig.start()
    rig.wait_stored(2)
    rig.receiver.down()
    rig.wait_scrapes(8)
    began = time.monotonic()
    rig.finish()
    took = time.monotonic() - began
    line = rig.expect_log("stay on disk")
    code, text = spool_command(rig, "ls")
    assert code == 0 and text, (code, text)
    assert spool_command(rig, "verify")[0] == 0
    check_replay(rig)
    rig.receiver.up()
    rig.start()
    rig.wait_scrapes(3)
    rig.wait_stored(rig.target.last())
    expect_whole(rig.finish(), rig.target.last())
    case.figure(f"stopped {took:.1f} s after SIGTERM in an outage: {line.rsplit(chr(9), 1)[-1]}")
    assert took < STOP_S


def test_what_is_too_old_after_a_restart_is_not_sent(case):
    """Samples keep their age over a restart: older than max_sample_age they are given up and
    counted."""
    rig = make(case, exporter={"max_sample_age": "2s"})
    rig.receiver.down()
    rig.start()
    rig.wait_scrapes(5)
    rig.wait(lambda: any(rig.spool.rglob("*")), 5, "something in the spool")
    time.sleep(LOSS_WINDOW_S)
    before = rig.target.last()
    rig.collector.process.kill()
    rig.collector.process.wait()
    time.sleep(2.2)
    rig.receiver.up()
    rig.start()
    rig.wait_newer(before + 2)
    rig.expect_log("too old", "max_sample_age")
    assert rig.own("tributary_exporter_samples_expired") > 0
    stored = rig.finish()
    assert min(stored.values("ticks")) > before - 4, stored.values("ticks")
    assert stored.reordered == 0 and stored.duplicates == 0


def test_two_collectors_do_not_share_a_spool(case):
    """The second one refuses to start and names the directory; the first one goes on."""
    rig = make(case)
    rig.start()
    rig.wait_stored(1)
    first = rig.collector
    config = rig.config()
    del config["service"]["telemetry"]
    second = rig.start(config)
    code = second.process.wait(15)
    assert code not in (0, None), rig.log()
    rig.expect_log(str(rig.spool))
    rig.collector = first
    rig.wait_scrapes(3)
    rig.wait_stored(rig.target.last())
    expect_whole(rig.finish(), rig.target.last())


def test_a_damaged_spool_costs_the_damaged_records_alone(case):
    """A torn tail and flipped bits: the collector starts, says what could not be read, sends the
    rest in order."""
    rig = make(case)
    rig.start()
    rig.wait_stored(2)
    rig.receiver.down()
    rig.wait_scrapes(15)
    time.sleep(LOSS_WINDOW_S)
    rig.collector.process.kill()
    rig.collector.process.wait()
    biggest = max((p for p in rig.spool.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    data = bytearray(biggest.read_bytes())
    written = len(data.rstrip(b"\0"))
    data[written // 2] ^= 0x10
    biggest.write_bytes(data[: written - 7])
    assert spool_command(rig, "verify")[0] != 0
    rig.receiver.up()
    rig.start()
    rig.wait_newer(rig.target.last() + 1)
    stored = rig.finish()
    values = stored.values("ticks")
    lost = set(range(1, rig.target.last() + 1)) - set(values)
    assert 0 < len(lost) <= 20, (lost, len(values))
    assert values == sorted(values) and stored.reordered == 0 and stored.conflicts == 0


def test_a_full_disk_keeps_the_collector_going(case):
    """The spool's file system is full during an outage: the collector says so and lives, keeps what
    it can, and delivers again when the endpoint is back."""
    if os.geteuid() != 0:
        case.skip("needs root, to mount a small file system")
    mount = case.directory / "small"
    mount.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(mount)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        case.skip("cannot mount a small file system: " + done.stderr.strip())
    case.defer(lambda: subprocess.run(["umount", "-l", str(mount)], check=False))
    rig = make(case, "small/spool", interval="100ms")
    rig.start()
    rig.wait_stored(2)
    (mount / "ballast").write_bytes(b"x" * 20_000)
    rig.receiver.down()
    rig.wait_scrapes(25)
    try:
        with open(mount / "ballast", "ab") as file:
            while True:
                file.write(b"x" * 1000)
                file.flush()
    except OSError:
        pass
    rig.wait_scrapes(10)
    rig.expect_log("No space left")
    before = rig.target.last()
    rig.receiver.up()
    rig.wait_newer(before + 3)
    stored = rig.finish()
    values = stored.values("ticks")
    assert values == sorted(values) and stored.reordered == 0 and stored.conflicts == 0
    # Since the outage is over nothing is lost any more.
    assert set(values) >= set(range(before + 3, rig.target.last() + 1)), values


test_kill_9_at_random_moments_loses_nothing_spooled.seconds = 20
