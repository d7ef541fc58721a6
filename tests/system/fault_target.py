"""A scrape target whose every page is known: sample n of each series is n, so that losses, copies
and order can be told from the values alone. And pages that no target should have."""

import threading
import time

import fault_server
from topology import wait_for


def counting_page(series):
    """Pages with `ticks n` and `series` more of the same value."""
    names = [f'load{{series="{i}",path="/api/v1/orders"}} ' for i in range(series)]
    head = "# TYPE ticks gauge\nticks "

    def page(number):
        tail = f"{number}\n"
        body = "".join(name + tail for name in names)
        return f"{head}{number}\n" + ("# TYPE load gauge\n" + body if body else "")

    return page


class Target(fault_server.Server):
    """`page(n)` is the text of the n-th scrape, n from 1; `served` are the times at which they had
    been written, in order; `asked` are their paths."""

    def __init__(self, page=None, content_type="text/plain; version=0.0.4"):
        self.page, self.content_type = page or counting_page(0), content_type
        self.scrapes, self.served, self.asked = 0, [], {}
        super().__init__()

    def handle(self, exchange):
        with self.lock:
            self.scrapes += 1
            number = self.scrapes
            self.asked[number] = exchange.path
        body = self.page(number) if callable(self.page) else self.page
        exchange.answer(200, body, {"Content-Type": self.content_type})
        with self.lock:
            self.served.append((number, time.monotonic()))

    def wait_idle(self):
        """Until every request that was begun has ended."""
        wait_for(lambda: self.active == 0, 5, "the end of the last exchange")

    def last(self):
        """The number of the newest scrape that was served whole."""
        return self.served[-1][0] if self.served else 0


def dripping(body, interval=1.0):
    """Sends one byte of the page per interval, the head at once."""

    def act(exchange):
        exchange.body()
        fields = {"Content-Type": "text/plain; version=0.0.4", "Content-Length": len(body)}
        fault_server.send(exchange.connection, exchange.head(200, fields))
        for at in range(len(body)):
            exchange.hold(interval)
            fault_server.send(exchange.connection, body[at : at + 1])

    return act
