"""Samples of both sides, their medians and spread, and the CPU time they took."""

import os
import statistics
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Sample:
    """One measurement: so much per second (or a time), at so much CPU time a piece."""

    def __init__(self, value, cpu=None):
        self.value, self.cpu = value, cpu


class Row:
    """A line of the table: ours against a peer, round by round.

    kind "rate": more is better and the ratio is ours / theirs; "time": less is
    better and the ratio is theirs / ours; "limit": no peer, the value itself must
    not exceed the target.
    """

    def __init__(self, key, what, against, target, unit, kind):
        self.key, self.what, self.against = key, what, against
        self.target, self.unit, self.kind = target, unit, kind
        self.ours, self.theirs = [], []

    def add(self, ours, theirs=None):
        """The samples of one round."""
        self.ours.append(ours)
        if theirs is not None:
            self.theirs.append(theirs)

    @property
    def value(self):
        return statistics.median(sample.value for sample in self.ours)

    @property
    def peer(self):
        return statistics.median(sample.value for sample in self.theirs) if self.theirs else None

    def ratios(self):
        """Of each round; of a row without a peer, the values."""
        if not self.theirs:
            return [sample.value for sample in self.ours]
        pairs = zip(self.ours, self.theirs)
        if self.kind == "time":
            return [theirs.value / ours.value for ours, theirs in pairs]
        return [ours.value / theirs.value for ours, theirs in pairs]

    @property
    def ratio(self):
        return statistics.median(self.ratios())

    @property
    def cpu_ratio(self):
        """The same by CPU time, which other programs on the machine do not disturb."""
        pairs = [(ours.cpu, theirs.cpu) for ours, theirs in zip(self.ours, self.theirs)
                 if ours.cpu and theirs.cpu]
        return statistics.median(theirs / ours for ours, theirs in pairs) if pairs else None


def stat(pid):
    """(parent, CPU ticks of itself, of its children that have ended)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])


def tree_ticks(roots):
    """CPU ticks of processes and all below them."""
    known = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                known[int(entry)] = stat(int(entry))
            except (OSError, IndexError):
                pass
    total, open_pids = 0, [pid for pid in roots if pid]
    while open_pids:
        pid = open_pids.pop()
        if pid in known:
            total += known[pid][1] + known[pid][2]
        open_pids.extend(child for child, (parent, _, _) in known.items() if parent == pid)
    return total


class Cpu:
    """CPU seconds of some process trees while a block runs."""

    def __init__(self, *pids):
        self.pids, self.seconds, self.elapsed = pids, 0.0, 0.0

    def __enter__(self):
        self.before, self.began = tree_ticks(self.pids), time.monotonic()
        return self

    def __exit__(self, *_):
        self.elapsed = time.monotonic() - self.began
        self.seconds = (tree_ticks(self.pids) - self.before) / TICKS


def peak_memory(pid):
    """The greatest resident size of a process so far, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def percentile(values, share):
    """The value that so great a share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def meets(row, ratio):
    """Whether a ratio (of a limit: the value) reaches the row's target; None: it has none."""
    if row.target is None:
        return None
    return ratio <= row.target if row.kind == "limit" else ratio >= row.target
