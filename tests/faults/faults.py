"""What can go wrong: each fault strikes under load, and ends with all in place again.

A fault is a function of the stage, the load, a random source and the seconds that
an outage lasts.  It returns when the system is whole; that nothing was lost is
proved after it.
"""

import os
import signal
import time
from functools import partial

from waiting import wait_until

# Longer than every time-out of program.py.
OUTLAST = 7
ROLES = ("producer", "consumer", "relay", "sink")


def kill(name, stage, load, source, seconds):
    """kill -9 of one of our programs, once or three times in a row."""
    for _ in range(source.choice((1, 3))):
        stage.kill(name)
        if name != "producer":
            load.more(source.randrange(20))
        stage.start(name)
        time.sleep(source.random())


def kill_kafka(stage, load, source, seconds):
    stage.kill_server("kafka")
    load.more(20)
    stage.instance.start("kafka")


def kill_postmaster(stage, load, source, seconds):
    stage.kill_server("postgres")
    time.sleep(source.random() * 2)
    stage.instance.start("postgres")


def kill_backend(role, stage, load, source, seconds):
    """kill -9 of a backend of one of our programs."""
    pids = wait_until(lambda: stage.backends(f"usename = 'receipts_{role}'"),
                      what=f"backends of {role}")
    stage.kill_backend(source.choice(pids))


def kill_background(stage, load, source, seconds):
    """kill -9 of a process of PostgreSQL that serves no client."""
    stage.kill_backend(source.choice(stage.backends("backend_type <> 'client backend'")))


def pause_with_substitute(name, stage, load, source, seconds):
    """SIGSTOP for longer than every time-out, while a second one takes over."""
    paused = stage.programs[name]
    second = stage.program(name, name + "2").start()
    load.more(20)
    paused.signal(signal.SIGSTOP)
    try:
        time.sleep(OUTLAST)
        load.more(20)
    finally:
        paused.signal(signal.SIGCONT)
    load.more(20)
    stage.programs[name + "2"] = second
    stage.kill(name + "2")
    del stage.programs[name + "2"]


def pause(name, stage, load, source, seconds):
    """SIGSTOP of one of our programs for longer than every time-out."""
    stage.programs[name].signal(signal.SIGSTOP)
    try:
        time.sleep(OUTLAST)
    finally:
        stage.programs[name].signal(signal.SIGCONT)


def pause_backend(role, stage, load, source, seconds):
    """SIGSTOP of a backend: its client gives up, and then it goes on."""
    pids = wait_until(lambda: stage.backends(f"usename = 'receipts_{role}'"),
                      what=f"backends of {role}")
    pid = source.choice(pids)
    signal_pid(pid, signal.SIGSTOP)
    try:
        time.sleep(OUTLAST)
    finally:
        signal_pid(pid, signal.SIGCONT)


def pause_kafka(stage, load, source, seconds):
    pid = stage.instance.pid("kafka")
    signal_pid(pid, signal.SIGSTOP)
    try:
        time.sleep(OUTLAST)
        load.more(20)
    finally:
        signal_pid(pid, signal.SIGCONT)


def kafka_away(stage, load, source, seconds):
    """Intake goes on meanwhile."""
    stage.instance.stop("kafka")
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            load.more(10)
    finally:
        stage.instance.start("kafka")


def postgres_away(stage, load, source, seconds):
    stage.instance.stop("postgres")
    try:
        time.sleep(seconds)
    finally:
        stage.instance.start("postgres")


def rebalance(stage, load, source, seconds):
    """Two sinks and two relays at once; they come and go, in order and not."""
    for name in ("relay", "sink"):
        stage.programs[name + "2"] = stage.program(name, name + "2").start()
    load.more(40)
    for name in ("relay", "sink"):
        stage.kill(name)
    load.more(40)
    for name in ("relay", "sink"):
        stage.start(name)
    load.more(40)
    for name in ("relay2", "sink2"):
        stage.programs.pop(name).stop()


def grow_topic(stage, load, source, seconds):
    """1, 6 and then more partitions."""
    if stage.partitions < 24:
        stage.grow_topic(6 if stage.partitions < 6 else stage.partitions + 3)
    load.more(60)
    stage.kill(source.choice(("relay", "sink")))
    for name in ("relay", "sink"):
        if not stage.programs[name].alive():
            stage.start(name)


def cut(stage, load, source, seconds):
    """Connections to PostgreSQL are cut, again and again."""
    for _ in range(10):
        stage.proxies[source.choice(ROLES)].cut()
        time.sleep(0.05 + source.random() * 0.3)


def answers_lost(stage, load, source, seconds):
    """PostgreSQL commits, but its answer does not arrive and the connection breaks."""
    for _ in range(4):
        proxy = stage.proxies[source.choice(("producer", "relay", "sink"))]
        proxy.deaf = True
        time.sleep(0.2 + source.random() * 0.3)
        proxy.cut()
        proxy.deaf = False
        time.sleep(0.5)


def slow(stage, load, source, seconds):
    """Each piece of data between us and PostgreSQL takes a while."""
    for name in ROLES:
        stage.proxies[name].delay = 0.05 + source.random() * 0.1
    try:
        load.more(60)
    finally:
        for name in ROLES:
            stage.proxies[name].delay = 0.0


def signal_pid(pid, number):
    """Send a signal to a process of PostgreSQL or to Kafka."""
    os.kill(pid, number)


FAULTS = {
    **{f"kill-{name}": partial(kill, name) for name in ROLES},
    "kill-kafka": kill_kafka,
    "kill-postmaster": kill_postmaster,
    **{f"kill-backend-of-{role}": partial(kill_backend, role) for role in ROLES},
    "kill-background-process": kill_background,
    **{f"pause-{name}": partial(pause, name) for name in ("producer", "consumer")},
    **{f"pause-{name}-with-substitute": partial(pause_with_substitute, name)
       for name in ("relay", "sink")},
    **{f"pause-backend-of-{role}": partial(pause_backend, role)
       for role in ("producer", "relay", "sink")},
    "pause-kafka": pause_kafka,
    "kafka-away": kafka_away,
    "postgres-away": postgres_away,
    "rebalance": rebalance,
    "grow-topic": grow_topic,
    "grow-topic-again": grow_topic,
    "cut-connections": cut,
    "answers-lost": answers_lost,
    "slow-connections": slow,
}
