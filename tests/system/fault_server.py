"""An HTTP server on raw sockets that misbehaves as a test says: it refuses connections, keeps them
without a word, cuts them anywhere, answers wrongly or late.

A server has a list of `Fault`s; the first one that applies to a request decides, otherwise
`handle()` does. Each connection has a thread.
"""

import pathlib
import select
import socket
import struct
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEAD_MAX = 64 << 10
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


class Gone(Exception):
    """The other side, or a test, ended the connection."""


class Exchange:
    """A request whose body may not have been read yet, and what to do with its connection."""

    def __init__(self, server, connection, head, rest):
        self.server, self.connection, self.rest = server, connection, rest
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = lines[0].split(" ", 2)
        pairs = (line.split(":", 1) for line in lines[1:])
        self.headers = {name.strip().lower(): value.strip() for name, value in pairs}
        self.length = int(self.headers.get("content-length", 0))
        self.read_bytes, self.ended = 0, False
        self.at = time.monotonic()
        self._body = None

    def read_some(self, count):
        """The next bytes of the body, at most `count`."""
        count = min(count, self.length - self.read_bytes)
        while len(self.rest) < count:
            self.rest += receive(self.connection)
        piece, self.rest = self.rest[:count], self.rest[count:]
        self.read_bytes += count
        return piece

    def body(self):
        if self._body is None:
            self._body = self.read_some(self.length)
        return self._body

    def head(self, status, headers):
        text = f"HTTP/1.1 {status} Some reason\r\n"
        text += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return text.encode() + b"\r\n"

    def answer(self, status, body=b"", headers=None):
        self.body()
        body = body.encode() if isinstance(body, str) else body
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.server.now()))
        fields = {"Date": date, "Content-Length": len(body), **(headers or {})}
        send(self.connection, self.head(status, fields) + body)

    def cut(self):
        """Ends the connection with a reset."""
        self.ended = True
        reset(self.connection)

    def hold(self, seconds=3600):
        """Says nothing for a while; ends with the connection, or when the server is healed."""
        deadline, healed = time.monotonic() + seconds, self.server.healed
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.connection], [], [], 0.02)
            if ready and not peek(self.connection) or self.server.healed != healed:
                raise Gone


def receive(connection):
    try:
        piece = connection.recv(256 << 10)
    except OSError as error:
        raise Gone from error
    if not piece:
        raise Gone
    return piece


def peek(connection):
    try:
        return connection.recv(1, socket.MSG_PEEK)
    except OSError as error:
        raise Gone from error


def send(connection, data):
    try:
        connection.sendall(data)
    except OSError as error:
        raise Gone from error


def reset(connection):
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RD)  # wakes a thread that reads
        connection.close()
    except OSError:
        pass


def reserve_port():
    """A socket that never listens, and its port, which nobody gets by chance while it is open."""
    guard = socket.socket()
    guard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    guard.bind(("127.0.0.1", 0))
    return guard, guard.getsockname()[1]


class Fault:
    """What happens to requests instead of the right thing: the next `times` of them, those of the
    next `seconds` from the first one on, or all until `heal()`; only those whose path begins with
    `path`. `act(exchange)` does it."""

    def __init__(self, act, times=None, seconds=None, path=""):
        self.act, self.times, self.seconds, self.path = act, times, seconds, path
        self.hits, self.first_at = 0, None

    def takes(self, exchange):
        if not exchange.path.startswith(self.path):
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.first_at = self.first_at or exchange.at
        if self.seconds is not None and exchange.at >= self.first_at + self.seconds:
            return False
        self.hits += 1
        return True


class Server:
    """Listens on a loopback port, which stays its own while nothing listens there."""

    def __init__(self):
        self.guard, self.port = reserve_port()
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.address}"
        self.faults, self.requests, self.active, self.healed = [], 0, 0, 0
        self.clock_offset = 0.0
        self.lock = threading.Lock()
        self.connections, self.listener = set(), None
        self.up()

    def now(self):
        """The time as this server believes it to be."""
        return time.time() + self.clock_offset

    def fault(self, act, **limits):
        fault = Fault(act, **limits)
        with self.lock:
            self.faults.append(fault)
        return fault

    def heal(self):
        """No faults from now on; connections that were held are closed."""
        with self.lock:
            self.faults.clear()
            self.healed += 1

    def up(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self.listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def down(self):
        """Refuses connections; those that are open are reset."""
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        self.disconnect()

    def disconnect(self):
        with self.lock:
            connections = list(self.connections)
        for connection in connections:
            reset(connection)

    def close(self):
        self.down()
        self.guard.close()

    def handle(self, exchange):
        raise NotImplementedError

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        buffer = b""
        try:
            while True:
                while b"\r\n\r\n" not in buffer and len(buffer) < HEAD_MAX:
                    buffer += receive(connection)
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                exchange = Exchange(self, connection, head, buffer)
                self._act_on(exchange)
                if exchange.ended:
                    return
                exchange.body()
                buffer = exchange.rest
        except (Gone, OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.connections.discard(connection)
            connection.close()

    def _act_on(self, exchange):
        with self.lock:
            self.requests += 1
            self.active += 1
            fault = next((f for f in self.faults if f.takes(exchange)), None)
        try:
            (fault.act if fault else self.handle)(exchange)
        finally:
            with self.lock:
                self.active -= 1


# What a fault can do.


def refuse(status, body=b"", **headers):
    """Answers with an error; `retry_after=1` becomes the header Retry-After."""
    fields = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return lambda exchange: exchange.answer(status, body, fields)


def half_open(exchange):
    """Takes the request, never answers."""
    exchange.body()
    exchange.hold()


def cut_in_body(exchange):
    """Reads half of the request's body and resets the connection."""
    exchange.read_some(exchange.length // 2)
    exchange.cut()


def cut_answer(exchange):
    """Promises more of an answer than comes."""
    exchange.body()
    send(exchange.connection, exchange.head(500, {"Content-Length": 1000}) + b"half")
    exchange.cut()


def late(seconds):
    """Does the right thing, after a while."""

    def act(exchange):
        exchange.body()
        exchange.hold(seconds)
        exchange.server.handle(exchange)

    return act


def garbage(exchange):
    """Answers with what is not HTTP."""
    exchange.body()
    send(exchange.connection, b"\x00\xff\x16\x03 this is not HTTP\r\n\r\n" * 20)
    exchange.cut()
