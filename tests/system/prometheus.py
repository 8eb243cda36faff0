"""A strict parser of the Prometheus text format, version 0.0.4."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{((?:{LABEL})(?:,{LABEL})*,?)?\}})? (\S+)(?: (-?\d+))?")
TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


def parse(text):
    """Return {family: (type, {(sample, labels): value})}; raise AssertionError on bad text."""
    assert text.endswith("\n"), "the last line has no line feed"
    families, helped, current = {}, set(), None
    for line in text.split("\n")[:-1]:
        assert line and line == line.strip(), f"blank or padded line {line!r}"
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in helped, f"HELP twice for {name}"
            helped.add(name)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in families, f"TYPE twice for {name}, or its samples are not together"
            assert kind in TYPES, line
            families[name] = (kind, {})
            current = name
        else:
            assert not line.startswith("#"), f"odd comment {line!r}"
            _sample(line, current, families)
    for name, (kind, samples) in families.items():
        assert samples, f"{name} has no samples"
        assert name in helped, f"{name} has no HELP"
        assert kind != "counter" or name.endswith("_total"), f"counter {name} without _total"
        if kind == "histogram":
            _check_histogram(name, samples)
    return families


def _sample(line, family, families):
    """One sample line; it must belong to the family announced last."""
    match = SAMPLE.fullmatch(line)
    assert match, f"not a sample: {line!r}"
    name, labels, value, _ = match.groups()
    assert family is not None, f"sample before any TYPE: {line!r}"
    kind, samples = families[family]
    allowed = [family + suffix for suffix in SUFFIXES.get(kind, ("",))]
    assert name in allowed, f"{line!r} stands under {family}"
    number = float(value.replace("Inf", "inf"))
    assert kind != "counter" or number >= 0, f"negative counter {line!r}"
    assert (name, labels) not in samples, f"sample twice: {line!r}"
    samples[name, labels] = number


def _check_histogram(name, samples):
    """Buckets grow, end in +Inf, and the last equals the count."""
    series = {}
    for (sample, labels), value in samples.items():
        if sample == name + "_bucket":
            bound = re.search(r'le="([^"]+)"', labels).group(1)
            rest = re.sub(r'(^|,)le="[^"]+"', "", labels).strip(",")
            series.setdefault(rest, []).append((float(bound.replace("Inf", "inf")), value))
    for rest, buckets in series.items():
        buckets.sort()
        assert buckets[-1][0] == float("inf"), f"{name} {rest} has no +Inf bucket"
        counts = [count for _, count in buckets]
        assert counts == sorted(counts), f"{name} {rest} buckets shrink"
        assert samples[name + "_count", rest or None] == counts[-1], f"{name} {rest} count"


def total(families, family, **labels):
    """The sum over a family's samples that carry these labels."""
    wanted = [f'{name}="{value}"' for name, value in labels.items()]
    return sum(value for (_, found), value in families[family][1].items()
               if all(part in (found or "") for part in wanted))
