"""Steady load from tills that do not give up."""

import itertools
import threading
import time
from datetime import timedelta

import requests

from model import Model
from receipts import random_receipt, random_source, unique, utc
from waiting import wait_until


class Load:
    """Threads that post distinct receipts, each again and again until it is acknowledged.

    With a crash in between, a till cannot know whether its receipt was taken;
    it sends the same again.  So afterwards every receipt must be there once.
    """

    def __init__(self, api, threads=4, places=3, patience=60, seed=0, pause=0.005):
        self.api, self.patience, self.pause = api, patience, pause
        self.places = [unique("place") for _ in range(places)]
        self.model = Model()
        self.errors = []
        self.refused = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._threads = [threading.Thread(target=self._till, args=(f"till {seed}.{number}",),
                                          daemon=True)
                         for number in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(self.patience)
        assert not any(thread.is_alive() for thread in self._threads), "a till hangs"

    @property
    def acknowledged(self):
        with self._lock:
            return len(self.model.receipts)

    def more(self, count, timeout=60):
        """Wait until so many further receipts are acknowledged."""
        goal = self.acknowledged + count
        wait_until(lambda: self.errors or self.acknowledged >= goal, timeout,
                   what=f"{count} further acknowledged receipts")
        assert not self.errors, self.errors[0]

    def _till(self, seed):
        source = random_source(seed)
        while not self._stop.is_set():
            receipt = random_receipt(source, source.choice(self.places),
                                     utc(2024, 4, 1) + timedelta(minutes=next(self._numbers) * 7))
            try:
                self.deliver(receipt)
            except AssertionError as error:
                self.errors.append(str(error))
                return
            time.sleep(self.pause)

    def deliver(self, receipt):
        """Post until it is acknowledged; give up only on an answer that must not be."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                answer = self.api.submit(receipt, timeout=10)
            except requests.RequestException:
                answer = None
                self.api.producer.close()
            if answer is not None and answer.status in (200, 201):
                self.acknowledge(receipt)
                return
            if answer is not None:
                assert answer.status in (429, 503), f"unexpected answer {answer!r}"
                assert int(answer.headers["Retry-After"]) >= 0, repr(answer)
            self.refused += 1
            assert time.monotonic() < deadline, f"no acknowledgement within {self.patience} s"
            time.sleep(0.05)

    def acknowledge(self, receipt):
        """Note that the receipt was answered 2xx, so it counts."""
        with self._lock:
            self.model.add(receipt)
