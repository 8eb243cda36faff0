"""Waiting for something to become true, with a deadline instead of a sleep."""

import time

DEFAULT_TIMEOUT = 20.0


def wait_until(probe, timeout=DEFAULT_TIMEOUT, interval=0.05, what=None):
    """Call probe() until it returns something true and return that.

    An AssertionError of the probe counts as "not yet"; the last one is shown
    when the deadline passes, so that a failure says what was seen.
    """
    deadline = time.monotonic() + timeout
    pause = interval
    while True:
        seen = None
        try:
            result = probe()
            if result:
                return result
            seen = f"the last result was {result!r}"
        except AssertionError as error:
            seen = str(error)
        if time.monotonic() >= deadline:
            what = what or getattr(probe, "__name__", "the condition")
            raise AssertionError(f"waited {timeout:g} s for {what}: {seen}")
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(pause * 1.3, 0.5)
