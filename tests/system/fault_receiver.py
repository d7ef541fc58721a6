"""A remote-write receiver that keeps everything it took, and judges it: which samples came, twice,
in which order."""

import collections
import ctypes
import ctypes.util
import dataclasses
import struct
import time

import fault_server

STALE_BITS = 0x7FF0000000000002
EXPIRED_TOKEN = '{"message":"The security token included in the request is expired"}'
SKEW_MAX_S = 300


def load_snappy():
    library = ctypes.CDLL(ctypes.util.find_library("snappy") or "libsnappy.so.1")
    size = ctypes.c_size_t
    library.snappy_uncompressed_length.argtypes = [ctypes.c_char_p, size, ctypes.POINTER(size)]
    library.snappy_uncompress.argtypes = [
        *[ctypes.c_char_p, size, ctypes.c_char_p, ctypes.POINTER(size)],
    ]
    return library


SNAPPY = load_snappy()


def uncompress(body):
    """By the reference implementation, which everybody in the field uses."""
    length = ctypes.c_size_t()
    assert SNAPPY.snappy_uncompressed_length(body, len(body), ctypes.byref(length)) == 0
    out = ctypes.create_string_buffer(max(1, length.value))
    assert SNAPPY.snappy_uncompress(body, len(body), out, ctypes.byref(length)) == 0, "not snappy"
    return out.raw[: length.value]


def fields(data):
    """(number, value) of each field of a message: bytes, or an integer."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
            continue
        length = varint() if kind == 2 else {1: 8, 5: 4}[kind]
        yield key >> 3, data[at : at + length]
        at += length
        assert at <= len(data), "a field longer than its message"


class Decoder:
    """Requests into (series, at_ms, value); equal label sets are decoded once."""

    def __init__(self):
        self.known = {}

    def samples(self, body):
        for number, message in fields(uncompress(body)):
            if number != 1:
                continue
            labels, samples = [], []
            for field, value in fields(message):
                if field == 1:
                    labels.append(value)
                elif field == 2:
                    samples.append(value)
            key = tuple(labels)
            series = self.known.get(key) or self.known.setdefault(key, self.series(labels))
            for sample in samples:
                parts = dict(fields(sample))
                at_ms = parts.get(2, 0)
                bits = int.from_bytes(parts.get(1, bytes(8)), "little")
                yield series, at_ms - ((at_ms >> 63) << 64), bits

    @staticmethod
    def series(labels):
        pairs = []
        for label in labels:
            parts = dict(fields(label))
            pairs.append((parts.get(1, b"").decode(), parts.get(2, b"").decode()))
        assert pairs == sorted(pairs) and len(dict(pairs)) == len(pairs), pairs
        return frozenset(pairs)


@dataclasses.dataclass
class Stored:
    """What a storage would hold after all that was taken."""

    series: dict  # label set -> [(at_ms, value)], in the order of arrival, without repetitions
    samples: int = 0  # that arrived, repetitions included
    duplicates: int = 0  # the same sample once more
    conflicts: int = 0  # another value for the same time
    reordered: int = 0  # new, but older than what its series had already
    odd_ones: set = dataclasses.field(default_factory=set)  # names of series with any of the three

    def of(self, name, **labels):
        """The samples of the one series with that name and these labels."""
        want = {("__name__", name), *labels.items()}
        found = [samples for key, samples in self.series.items() if want <= key]
        assert len(found) <= 1, (name, labels, len(found))
        return found[0] if found else []

    def values(self, name, **labels):
        """Without stale markers."""
        return [value for _, value in self.of(name, **labels) if value is not None]

    def newest(self, name):
        """The greatest value of a series, 0 where it has none."""
        return max(self.values(name), default=0)

    def names(self):
        return {name_of(series) for series in self.series}


def name_of(series):
    return dict(series)["__name__"]


def to_float(bits):
    return None if bits == STALE_BITS else struct.unpack("<d", bits.to_bytes(8, "little"))[0]


class Judge:
    """Reads requests in the order in which they were taken."""

    def __init__(self):
        self.stored, self.decoder, self.sizes = Stored({}), Decoder(), []
        self.seen, self.newest = collections.defaultdict(dict), {}

    def add(self, bodies):
        stored = self.stored
        for body in bodies[len(self.sizes) :]:
            sum_before = stored.samples
            for series, at_ms, bits in self.decoder.samples(body):
                stored.samples += 1
                known = self.seen[series]
                if at_ms in known or at_ms < self.newest.get(series, at_ms):
                    stored.odd_ones.add(name_of(series))
                if at_ms in known:
                    stored.duplicates += known[at_ms] == bits
                    stored.conflicts += known[at_ms] != bits
                    continue
                known[at_ms] = bits
                stored.reordered += at_ms < self.newest.get(series, at_ms)
                self.newest[series] = max(at_ms, self.newest.get(series, at_ms))
                stored.series.setdefault(series, []).append((at_ms, to_float(bits)))
            self.sizes.append(stored.samples - sum_before)
        return stored


@dataclasses.dataclass
class Attempt:
    at: float  # monotonic
    wall: float
    bytes: int
    key_id: str


class Receiver(fault_server.Server):
    """Takes remote writes at any path."""

    def __init__(self):
        self.bodies, self.taken_at, self.attempts, self.unanswered = [], [], [], set()
        self.judge = Judge()
        self.expired_keys, self.max_bytes, self.refused_names = set(), None, set()
        super().__init__()

    @property
    def endpoint(self):
        return self.url + "/workspaces/ws-test/api/v1/remote_write"

    def take(self, exchange):
        """Its number."""
        body = exchange.body()
        with self.lock:
            self.bodies.append(body)
            self.taken_at.append(time.monotonic())
            return len(self.bodies) - 1

    def handle(self, exchange):
        refusal = self.refusal(exchange)
        if refusal:
            return exchange.answer(*refusal)
        number = self.take(exchange)
        try:
            return exchange.answer(200)
        except fault_server.Gone:
            self.unanswered.add(number)
            raise

    def _act_on(self, exchange):
        credential = exchange.headers.get("authorization", "").partition("Credential=")[2]
        attempt = Attempt(exchange.at, time.time(), exchange.length, credential.partition("/")[0])
        with self.lock:
            self.attempts.append(attempt)
        super()._act_on(exchange)

    def refusal(self, exchange):
        """(status, body[, headers]) of what AMP would refuse, None of what it would take."""
        stamp = exchange.headers.get("x-amz-date")
        if stamp:
            signed = time.strptime(stamp, "%Y%m%dT%H%M%SZ")
            off = self.now() - (time.mktime(signed) - time.timezone)
            if abs(off) > SKEW_MAX_S:
                text = "Signature expired" if off > 0 else "Signature not yet current"
                return 403, '{"message":"%s: %s is not near now"}' % (text, stamp)
        if self.attempts[-1].key_id in self.expired_keys:
            return 403, EXPIRED_TOKEN, {"Content-Type": "application/json"}
        if self.max_bytes and exchange.length > self.max_bytes:
            return 413, "request body too large"
        if self.refused_names:
            for series, _, _ in Decoder().samples(exchange.body()):
                labels = dict(series)
                if labels["__name__"] in self.refused_names:
                    pairs = ", ".join(f'{k}="{v}"' for k, v in sorted(labels.items()))
                    return 400, "out of order sample for series {%s}" % pairs
        return None

    def stored(self):
        with self.lock:
            bodies = list(self.bodies)
        return self.judge.add(bodies)

    def count(self):
        return len(self.bodies)

    def copies_due(self, kills=0):
        """How many samples may have come twice: those of requests that were not answered, and of
        one request for each kill, whose answer may have been lost with the process."""
        sizes = self.judge.sizes
        return sum(sizes[number] for number in self.unanswered) + kills * max(sizes, default=0)


def reply_lost(exchange):
    """Takes the data and resets the connection instead of answering."""
    exchange.server.unanswered.add(exchange.server.take(exchange))
    exchange.cut()
