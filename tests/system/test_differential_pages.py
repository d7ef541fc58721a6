"""The same targets scraped by a real Prometheus and by the collector, which both remote-write into
a receiver that keeps everything: the same samples, staleness markers, exemplars and scrape_*
series, scrape by scrape.

Every scenario is a job of both programs and runs at the same time as the others. Debian's
Prometheus is 2.42. What it has not: track_timestamps_staleness, names in UTF-8, `1.0` for `1` in
le and quantile (compared as numbers here)."""

import bisect
import dataclasses
import gzip
import http.server
import shutil
import struct
import threading
import time
import typing

import fault_receiver
import harness
import topology
from topology import free_port, get, wait_for

SCRAPES = 9  # that are compared
TEXT = "text/plain; version=0.0.4"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# Own timestamps are ahead, as the remote write of Prometheus sends nothing from before its start.
AHEAD_MS = 300_000
START_MS = int(time.time()) * 1000 + AHEAD_MS


@dataclasses.dataclass
class Answer:
    body: str
    status: int = 200
    content_type: str = TEXT
    encoding: str = ""
    delay: float = 0
    cut: bool = False  # the connection ends in the middle of the body
    away: float = 0  # afterwards nobody listens for this long


class Target:
    """Serves pages by their number, and may be away for a while."""

    def __init__(self, page):
        self.page, self.scrapes, self.closed = page, 0, False
        self.listen(0)

    def listen(self, port):
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                target.scrapes += 1
                answer = target.page(target.scrapes)
                answer = answer if isinstance(answer, Answer) else Answer(answer)
                time.sleep(answer.delay)
                body = answer.body.encode()
                if answer.encoding:
                    body = gzip.compress(body)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(body)))
                if answer.encoding:
                    self.send_header("Content-Encoding", answer.encoding)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if answer.cut else body)
                if answer.away:
                    threading.Thread(target=target.leave, args=(answer.away,)).start()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_):
                pass  # a client that does not wait for a slow page

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def leave(self, seconds):
        self.server.shutdown()
        self.server.server_close()
        time.sleep(seconds)
        if not self.closed:
            self.listen(self.port)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def close(self):
        self.closed = True
        self.server.shutdown()
        self.server.server_close()


@dataclasses.dataclass
class Scenario:
    name: str
    page: typing.Callable
    settings: str = ""  # lines of the scrape config
    targets: int = 1
    collapsed: bool = False  # how often a state was scraped is left to timing
    apart_from: str = ""  # a series that is not compared
    leaves: bool = False  # discovery forgets the targets after a while


def lines(*parts):
    return "\n".join(parts) + "\n"


def histograms(n):
    return lines(
        "# TYPE h histogram",
        *(f'h_bucket{{path="/{p}",le="{le}"}} {n * k}' for p in "ab" for k, le in BOUNDS),
        *(f'h_sum{{path="/{p}"}} {n * 1.25}' for p in "ab"),
        *(f'h_count{{path="/{p}"}} {n * 4}' for p in "ab"),
        "# TYPE s summary",
        f's{{quantile="0"}} {n / 8}',
        f's{{quantile="0.99"}} {"NaN" if n % 3 == 0 else n}',
        f"s_sum {n}",
        f"s_count {n}",
    )


BOUNDS = [(1, "0.005"), (2, "1"), (3, "2.5"), (4, "+Inf")]


def exemplars(n):
    body = lines(
        "# TYPE requests counter",
        f'requests_total{{code="200"}} {n} # {{trace_id="{n:032x}"}} {n / 2} {START_MS / 1000 + n}',
        f'requests_total{{code="500"}} {n}',
        "# TYPE latency histogram",
        f'latency_bucket{{le="0.5"}} {n} # {{trace_id="a{n:031x}",user="x"}} 0.25',
        f'latency_bucket{{le="+Inf"}} {n + 1} # {{}} 7.5',
        f"latency_count {n + 1}",
        f"latency_sum {n * 2}",
        "# EOF",
    )
    return Answer(body, content_type=OPENMETRICS)


def own_times(n):
    """Series with times of the page, of the scrape, and of one after the other."""
    at = START_MS + n * 1000
    return lines(
        f"own_time {n} {at}",
        f"scrape_time {n}",
        f"first_then {n} {at}" if n > 4 else f"first_then {n}",
        f'goes{{time="own"}} {n} {at}' if n < 4 else "# gone",
        'goes{time="scrape"} 1' if n < 4 else "# gone",
    )


def clashes(n):
    return lines(
        f'a{{job="page",instance="mine",env="page",other="x"}} {n}',
        f'b{{env="page",exported_env="already"}} {n}',
        f'c{{env=""}} {n}',
        f'd{{exported_job="e"}} {n}',
        f"e {n}",
    )


def relabelled(n):
    return lines(
        *(f'm{{code="{c}",method="{m}",shout="LouD"}} {n}' for c in CODES for m in METHODS),
        f'dropped_one{{x="1"}} {n}',
        f'kept_equal{{left="1",right="1"}} {n}',
        f'kept_equal{{left="1",right="2"}} {n}',
        f'kept_not_equal{{left="1",right="1"}} {n}',
        f'kept_not_equal{{left="1",right="2"}} {n}',
        f'mapped{{pre_one="1",pre_two="2",tmp_x="y"}} {n}',
        f'merged{{only="1"}} {n}' if n > 4 else "# not yet",
    )


CODES, METHODS = ("200", "404", "503"), ("get", "POST")
RELABEL = """
relabel_configs:
- {source_labels: [zone], target_label: region, regex: "(eu)-(west)-.", replacement: "${2}.$1"}
- {source_labels: [zone], target_label: shard, action: hashmod, modulus: 7}
- {source_labels: [zone], target_label: zone, action: uppercase}
- {regex: "tmp_(.+)", action: labelmap, replacement: "got_$1"}
- {regex: "tmp_.+", action: labeldrop}
- {source_labels: [zone], regex: "EU-.*", action: keep}
- {source_labels: [team], regex: "nobody", action: drop}
metric_relabel_configs:
- {source_labels: [__name__], regex: "dropped_.*", action: drop}
- source_labels: [__name__, code]
  separator: "@"
  regex: "m@(5).."
  target_label: class
  replacement: "${1}xx"
- {source_labels: [shout], target_label: quiet, action: lowercase}
- {source_labels: [shout], target_label: loud, action: uppercase}
- {regex: "pre_(.+)", action: labelmap}
- {regex: "pre_.*|tmp_.*", action: labeldrop}
- {source_labels: [method], target_label: bucket, action: hashmod, modulus: 5}
- {source_labels: [code], target_label: code, regex: "404", replacement: ""}
- {source_labels: [__name__], regex: "m|kept.*|mapped|merged", action: keep}
- {source_labels: [left], target_label: keep_me, regex: "(.*)"}
- {regex: "[^s].*|shard", action: labelkeep}
"""
EQUALITY = """
metric_relabel_configs:
- {source_labels: [left], target_label: right, action: dropequal}
"""
KEEP_EQUAL = """
metric_relabel_configs:
- {source_labels: [left], target_label: right, action: keepequal}
"""


def over_sample_limit(n):
    return lines("a 1", *(f'b{{i="{i}"}} {n}' for i in range(2 if n in (3, 4, 7) else 1)))


def over_label_limit(n):
    return lines("a 1", f'b{{x="1",y="2"}} {n}' if n in (3, 6) else f"b {n}", "c 2")


def over_name_limit(n):
    return lines("a 1", f'b{{a_long_name="1"}} {n}' if n in (3, 6) else f"b {n}", "c 2")


def over_value_limit(n):
    return lines("a 1", f'b{{x="a long value"}} {n}' if n in (3, 6) else f"b {n}", "c 2")


def over_body_limit(n):
    return lines(f"a {n}", *(f'b{{i="{i}"}} 1' for i in range(200 if n in (3, 4, 7) else 2)))


def flapping(n):
    body = lines(f"a {n}", 'b{x="y"} 2')
    return {
        2: Answer(body, status=500),
        4: Answer(body, delay=0.9),
        5: Answer(body, cut=True),
        7: Answer("", status=204),
        8: Answer(""),
    }.get(n, body)


def refusing(n):
    return Answer(lines("a 1", 'b{x="y"} 2'), away=2.5 if n == 4 else 0)


def shapes(n):
    rows = [f'r{{i="{i}"}} {n * i}' for i in range(6)]
    if n % 2:
        rows.append(f"odd_only {n}")
    if 3 <= n <= 5:
        rows.insert(2, 'comes_and_goes{phase="middle"} 1')
    if n < 4:
        rows.append("vanishes_for_good 1")
    if n in (6, 7):
        rows.reverse()
    kind = "counter" if n < 5 else "gauge"
    spaced = 'spelled{a="1",b="2"}' if n < 6 else 'spelled{ b="2", a="1" }'
    return lines(f"# TYPE t {kind}", f"t {n}", f"{spaced} {n}", *rows)


def repeated(n):
    """Series that are there twice, with the same text and with another spelling. (A series that the
    page has already counts as added in Prometheus where its text is new; in ours it does not.)"""
    return lines(
        f"a {n}",
        f"b {n}",
        f"a {n + 100}" if n in (3, 4, 6) else "# once",
        f'c{{x="1",y="2"}} {n}',
        f'c{{y="2",x="1"}} {n + 100}' if n in (4, 5) else "# once",
        f"a {n}" if n == 7 else "# once",
    )


def broken(n):
    middle = {3: "what is this", 5: 'a{x="1" 2', 6: "b 1_000", 7: "c 0x1p3"}.get(n, "b 1")
    return lines(f"first {n}", middle, f"last {n}")


NUMBERS = "NaN +Inf -Inf inf -0 0 1e308 5e-324 9007199254740993 0.1 1E+5 -1.5e-7 .5 5. nan".split()


def odd_numbers(n):
    return lines(*(f'x{{n="{i}"}} {NUMBERS[(i + n) % len(NUMBERS)]}' for i in range(15)))


def odd_text(n):
    """Not with blanks before a name: in Prometheus they become part of it, which 2.x refuses."""
    return lines(
        'a{text="quote \\" back \\\\ line \\n end"} 1',
        f"b  \t {n} \t",
        "",
        f'c{{x="1",}} {n}',
        f"d{{}} {n}",
        f'e{{x="",y="z"}} {n}',
        "# HELP a some \\n text \\\\ here",
        "# a comment",
        f"last {n}",
    ).rstrip("\n")


def packed(n):
    return Answer(lines(f"a {n}", *(f'b{{i="{i}"}} {n}' for i in range(50))), encoding="gzip")


SCENARIOS = [
    Scenario("histograms", histograms),
    Scenario("exemplars", exemplars),
    Scenario("own_times", own_times),
    Scenario("scrape_times", own_times, "honor_timestamps: false"),
    Scenario("clashes", clashes),
    Scenario("honored", clashes, "honor_labels: true"),
    Scenario("relabelled", relabelled, RELABEL),
    Scenario("drop_equal", relabelled, EQUALITY),
    Scenario("keep_equal", relabelled, KEEP_EQUAL),
    Scenario("sample_limit", over_sample_limit, "sample_limit: 2"),
    Scenario("label_limit", over_label_limit, "label_limit: 8"),
    Scenario("name_limit", over_name_limit, "label_name_length_limit: 10"),
    Scenario("value_limit", over_value_limit, "label_value_length_limit: 17"),
    Scenario("body_size_limit", over_body_limit, "body_size_limit: 1KB"),
    Scenario("target_limit", over_sample_limit, "target_limit: 1", targets=2),
    Scenario("flapping", flapping),
    Scenario("refusing", refusing, collapsed=True),
    Scenario("leaving", lambda n: lines("a 1", 'b{x="y"} 2'), collapsed=True, leaves=True),
    Scenario("shapes", shapes),
    Scenario("repeated", repeated, apart_from="scrape_series_added"),
    Scenario("broken", broken),
    Scenario("odd_numbers", odd_numbers),
    Scenario("odd_text", odd_text),
    Scenario("gzip", packed),
]
STATIC_LABELS = "{env: target, zone: eu-west-1, team: core, tmp_a: b}"


def scrape_configs(side, dollar="$"):
    """The jobs of all scenarios, with the targets of one side."""
    text = ""
    for scenario in SCENARIOS:
        settings = "".join(f"  {line}\n" for line in scenario.settings.strip().splitlines())
        groups = f"static_configs: {side.groups(scenario)}"
        if scenario.leaves:
            groups = f"file_sd_configs: [{{files: [{side.target_file}], refresh_interval: 1s}}]"
        text += f"- job_name: {scenario.name}\n  {groups}\n{settings}"
    return text.replace("$", dollar)


class Side:
    """One of the two: its targets, and what it has written."""

    def __init__(self, case, target_file):
        self.target_file = target_file
        self.receiver = fault_receiver.Receiver()
        case.defer(self.receiver.close)
        self.targets = {}
        for scenario in SCENARIOS:
            made = [Target(scenario.page) for _ in range(scenario.targets)]
            self.targets[scenario.name] = made
            for target in made:
                case.defer(target.close)
            if scenario.leaves:
                target_file.write_text(self.groups(scenario))

    def groups(self, scenario):
        addresses = ", ".join(f'"{target.address}"' for target in self.targets[scenario.name])
        return f"[{{targets: [{addresses}], labels: {STATIC_LABELS}}}]"

    def scrapes(self):
        """Of the target that is to leave."""
        leaving = [scenario.name for scenario in SCENARIOS if scenario.leaves]
        return min(target.scrapes for name in leaving for target in self.targets[name])

    def leave(self):
        self.target_file.write_text("[]")

    def is_done(self):
        """Every target was reported on often enough, and what leaves has left."""
        counts = {}
        for series, samples in self.receiver.stored().series.items():
            labels = dict(series)
            if labels["__name__"] == "up":
                has_left = samples[-1][1] is None
                counts[labels["instance"]] = SCRAPES + 1 if has_left else len(samples)
        wanted = [target.address for made in self.targets.values() for target in made]
        return all(counts.get(address, 0) > SCRAPES for address in wanted)

    def result(self, scenario):
        """{series: [(scrape, value), ...]} and the exemplars of a scenario."""
        places = {
            target.address: f"target {i}" for i, target in enumerate(self.targets[scenario.name])
        }
        stored = self.receiver.stored().series
        mine = {key: samples for key, samples in stored.items() if place_of(key, places)}
        ups = {
            place_of(key, places): sorted(at for at, _ in samples)
            for key, samples in mine.items()
            if dict(key)["__name__"] == "up"
        }
        out = {}
        for key, samples in mine.items():
            if dict(key)["__name__"] == scenario.apart_from:
                continue
            times = ups[place_of(key, places)]
            values = [(scrape_of(at, times), shown(key, value)) for at, value in sorted(samples)]
            values = [one for one in values if scenario.leaves or one[0] < SCRAPES]
            values = without_lone_markers(values)
            if scenario.collapsed:
                values = collapsed([value for _, value in values])
            if values:
                out[normal(key, places)] = values
        return out

    def exemplars(self, scenario):
        places = {target.address: "" for target in self.targets[scenario.name]}
        found = set()
        for body in self.receiver.bodies:
            for series, labels, value, at_ms in exemplars_of(body):
                number = int(labels.get("trace_id", "0").lstrip("a") or "0", 16)
                if place_of(series, places) and number <= SCRAPES:
                    own = at_ms - START_MS if at_ms > START_MS - AHEAD_MS / 2 else "of the scrape"
                    found.add((normal(series, places), tuple(sorted(labels.items())), value, own))
        return found


def place_of(series, places):
    """Which target a series is of; its own instance label may have won."""
    labels = dict(series)
    for name in ("instance", "exported_instance", "target_address"):
        if labels.get(name) in places:
            return places[labels[name]] or True
    return None


def scrape_of(at_ms, times):
    """The number of the scrape that a sample belongs to; own times say their distance."""
    if at_ms > START_MS - AHEAD_MS / 2:
        return (at_ms - START_MS) / 1000 - 1
    return bisect.bisect_left(times, at_ms)


def shown(series, value):
    if dict(series)["__name__"] == "scrape_duration_seconds":
        return "some time" if value is not None else "stale"
    # Remote write leaves a value of 0 out, and so the sign of -0.
    return "stale" if value is None else struct.pack(">d", value + 0.0).hex() + f" = {value + 0.0}"


def without_lone_markers(values):
    """Prometheus marks series stale that a limit has kept out, and which so never were."""
    return values if any(value != "stale" for _, value in values) else []


def collapsed(values):
    return [value for i, value in enumerate(values) if i == 0 or values[i - 1] != value]


def normal(series, places):
    labels = {key: places.get(value, value) for key, value in series}
    if "le" in labels:
        labels["le"] = float(labels["le"])
    if "quantile" in labels:
        labels["quantile"] = float(labels["quantile"])
    return tuple(sorted((key, str(value)) for key, value in labels.items()))


def exemplars_of(body):
    fields = fault_receiver.fields
    for number, message in fields(fault_receiver.uncompress(body)):
        if number != 1:
            continue
        parts = list(fields(message))
        series = fault_receiver.Decoder.series([value for field, value in parts if field == 1])
        for field, exemplar in parts:
            if field != 3:
                continue
            inner = list(fields(exemplar))
            labels = dict(
                fault_receiver.Decoder.series([value for key, value in inner if key == 1])
            )
            numbers = dict((key, value) for key, value in inner if key != 1)
            value = struct.unpack("<d", numbers.get(2, bytes(8)))[0]
            yield series, labels, value, numbers.get(3, 0)


def start_prometheus(case, side):
    port, directory = free_port(), case.directory / "prometheus"
    directory.mkdir()
    config = f"""global: {{scrape_interval: 1s, scrape_timeout: 500ms}}
remote_write:
- url: {side.receiver.endpoint}
  send_exemplars: true
  queue_config: {{batch_send_deadline: 200ms, max_shards: 1}}
scrape_configs:
{scrape_configs(side)}"""
    path = harness.write_config(directory, config, "prometheus.yml")
    program = topology.Program(
        "prometheus",
        [
            f"--config.file={path}",
            f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--enable-feature=exemplar-storage",
            "--log.level=warn",
        ],
        directory / "prometheus.log",
        program=shutil.which("prometheus"),
    )
    case.defer(program.stop)
    wait_for(lambda: get(f"http://127.0.0.1:{port}/-/ready")[0] == 200, 30, "Prometheus")


def start_collector(case, side):
    jobs = scrape_configs(side, "$$").replace("\n", "\n      ")
    config = f"""
receivers:
  prometheus:
    config:
      global: {{scrape_interval: 1s, scrape_timeout: 500ms}}
      scrape_configs:
      {jobs}
exporters:
  prometheusremotewrite:
    endpoint: {side.receiver.endpoint}
    disable_scope_info: true
    add_metric_suffixes: false
    target_info: {{enabled: false}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    metrics: {{receivers: [prometheus], exporters: [prometheusremotewrite]}}
"""
    path = harness.write_config(case.directory, config)
    program = topology.Program(
        "tributary-collector", ["--config", path], case.directory / "collector.log"
    )
    case.defer(program.stop)


def differences(theirs, ours):
    out = {}
    for key in sorted(set(theirs) | set(ours)):
        if theirs.get(key) != ours.get(key):
            name = " ".join(f"{k}={v}" for k, v in key if k not in ("env", "zone", "team", "tmp_a"))
            out[name] = {"Prometheus": theirs.get(key), "ours": ours.get(key)}
    return out


def test_every_sample_is_that_of_prometheus(case):
    """Pages of all kinds: what Prometheus would store is what the collector sends."""
    if not shutil.which("prometheus"):
        case.skip("prometheus is not installed")
    theirs = Side(case, case.directory / "their_targets.yml")
    ours = Side(case, case.directory / "our_targets.yml")
    start_prometheus(case, theirs)
    start_collector(case, ours)
    wait_for(lambda: min(theirs.scrapes(), ours.scrapes()) > 2, 30, "the first scrapes")
    theirs.leave()
    ours.leave()
    wait_for(lambda: theirs.is_done() and ours.is_done(), 60, "enough scrapes of both")
    time.sleep(1)

    failures = {}
    for scenario in SCENARIOS:
        wrong = differences(theirs.result(scenario), ours.result(scenario))
        if theirs.exemplars(scenario) != ours.exemplars(scenario):
            wrong["exemplars"] = theirs.exemplars(scenario) ^ ours.exemplars(scenario)
        if wrong:
            failures[scenario.name] = wrong
        assert theirs.result(scenario), scenario.name
    text = ""
    for name, wrong in failures.items():
        text += f"\n{name}:\n" + "".join(f"  {k}\n    {v}\n" for k, v in wrong.items())
    assert not failures, text
    case.figure(f"{len(SCENARIOS)} scenarios, {SCRAPES} scrapes each")


test_every_sample_is_that_of_prometheus.seconds = 30
