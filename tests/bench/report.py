"""The results as a table, in docs/benchmarks.md, as a plot, and their history."""

import csv
import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

import rows
from context import ROOT
from measure import meets

HISTORY = ROOT / "docs" / "benchmarks.csv"
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"
FIELDS = ("date", "version", "machine", "key", "unit", "rounds", "ours", "peer", "ratio", "low", "high", "cpu_ratio")
BEGIN, END = "<!-- written by ./receipts bench --write -->\n", "<!-- end of what is written -->\n"


def number(value):
    """Three digits are as exact as a measurement is."""
    if value in (None, ""):
        return ""
    value = float(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ratio_text(row, value):
    """A ratio as people say it: per cent below one, else times; a limit's value as it is."""
    value = float(value)
    if row.kind == "limit":
        return number(value)
    return f"{value:.0%}" if (row.target or 0) <= 1 and value < 9.99 else f"{number(value)}×"


def target_text(row):
    """What should be reached."""
    if row.target is None:
        return ""
    return f"≤ {number(row.target)}" if row.kind == "limit" else f"≥ {ratio_text(row, row.target)}"


def verdict(row, ratio):
    """Whether it is."""
    return {None: "", True: "yes", False: "no"}[meets(row, float(ratio))]


def show(measured):
    """The table for a terminal."""
    wide = max(map(len, measured)) + 2
    print(f"\n{'':{wide}}{'ours':>12}{'peer':>12}  {'':12}{'ratio':>8}{'spread':>16}{'by CPU':>8}  {'target':8}met")
    for key, row in measured.items():
        low, high = min(row.ratios()), max(row.ratios())
        peered = bool(row.theirs)
        print(f"{key:{wide}}{number(row.value):>12}{number(row.peer):>12}  {row.unit:12}"
              f"{ratio_text(row, row.ratio) if peered else '':>8}"
              f"{ratio_text(row, low) + ' - ' + ratio_text(row, high) if peered else number(low) + ' - ' + number(high):>16}"
              f"{ratio_text(row, row.cpu_ratio) if row.cpu_ratio else '':>8}  {target_text(row):8}"
              f"{verdict(row, row.ratio)}")


def first_match(pattern, path):
    """What a file of /proc says."""
    found = re.search(pattern, Path(path).read_text(), re.M)
    return found.group(1).strip() if found else "unknown"


def machine():
    """In one line, with whatever changes the figures."""
    memory = int(first_match(r"^MemTotal:\s+(\d+)", "/proc/meminfo")) / 1024 ** 2
    return (f"{os.cpu_count()} × {first_match(r'^model name.*: (.*)', '/proc/cpuinfo')}, {memory:.0f} GiB, "
            f"Linux {platform.release()}")


def version():
    """Of pg_receipts, and the commit it was measured at."""
    released = first_match(r"^default_version = '(.*)'", ROOT / "extension" / "pg_receipts.control")
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True)
    return f"{released} ({commit.stdout.strip()})" if commit.returncode == 0 else released


def history():
    """Everything measured so far, oldest first."""
    if not HISTORY.exists():
        return []
    with open(HISTORY, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def remember(measured):
    """Appends the results to the history and returns it."""
    lines = history()
    common = {"date": datetime.date.today().isoformat(), "version": version(), "machine": machine()}
    for key, row in measured.items():
        figures = {"ours": row.value, "peer": row.peer, "ratio": row.ratio, "low": min(row.ratios()),
                   "high": max(row.ratios()), "cpu_ratio": row.cpu_ratio}
        lines.append({**common, "key": key, "unit": row.unit, "rounds": len(row.ours),
                      **{name: "" if value is None else f"{value:.5g}" for name, value in figures.items()}})
    with open(HISTORY, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return lines


def latest(lines):
    """(row, its newest result), in the order of the table, as far as measured."""
    newest = {line["key"]: line for line in lines}
    return [(row, newest[row.key]) for row in rows.ordered(newest)]


def page_table(results):
    """The table in Markdown."""
    text = ["| what | against | ours | peer | ratio (spread) | by CPU time | target | met |",
            "|---|---|---|---|---|---|---|---|"]
    for row, line in results:
        spread = f"{ratio_text(row, line['low'])} - {ratio_text(row, line['high'])}"
        ratio = f"{ratio_text(row, line['ratio'])} ({spread})" if line["peer"] or row.kind == "limit" else ""
        text.append(" | ".join([
            f"| {row.what}", row.against or "-", f"{number(line['ours'])} {row.unit}",
            f"{number(line['peer'])} {row.unit}" if line["peer"] else "", ratio,
            ratio_text(row, line["cpu_ratio"]) if line["cpu_ratio"] else "", target_text(row),
            verdict(row, line["ratio"]) + " |"]))
    return "\n".join(text)


def write(measured):
    """History, page and plot."""
    results = latest(remember(measured))
    newest = results[-1][1]
    measured_on = sorted({(line["date"], line["version"], line["machine"]) for _, line in results})
    text = page_table(results) + "\n\n![Ratios](benchmarks.svg)\n\n" + "\n".join(
        f"- {date}, version {of}: {on}" for date, of, on in measured_on) + "\n"
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + text + "\n" + END + rest.partition(END)[2], "utf-8")
    plot([(row, line) for row, line in results if row.target and row.kind != "limit"])
    print(f"wrote {PAGE.relative_to(ROOT)}, version {newest['version']}")


def label(key):
    """A row's key as a word of the plot."""
    return re.sub("000000\\b", "M", key.replace("_", "-"))


def plot(results):
    """How far each ratio gets towards its target, as SVG by gnuplot; beside it the ratio itself."""
    data = "\n".join(f"{label(row.key)} {float(line['ratio']) / row.target:.4f} "
                     f"{float(line['low']) / row.target:.4f} {float(line['high']) / row.target:.4f} "
                     f"\"{ratio_text(row, line['ratio'])} ({target_text(row)})\""
                     for row, line in results)
    script = f"""
set terminal svg size 860,{120 + 34 * len(results)} font "sans-serif,13" background "white"
set output "{PLOT}"
set title "What is reached of each target (1 = the target), with the spread of the rounds"
set logscale x 2
set xrange [0.03125:8]
set rmargin 22
set xtics ("1/16" 0.0625, "1/8" 0.125, "1/4" 0.25, "1/2" 0.5, "1" 1, "2" 2, "4" 4)
set yrange [{len(results) - 0.4}:-0.6]
set grid xtics lc rgb "#dddddd"
set arrow from 1, graph 0 to 1, graph 1 nohead lw 2 lc rgb "#555555"
unset key
$data << EOD
{data}
EOD
plot $data using (sqrt(0.03125*$2)):0:(0.03125):2:($0-0.3):($0+0.3):ytic(1) with boxxyerror \\
         fs solid 0.7 noborder lc rgb "#3b7dd8", \\
     $data using 2:0:3:4 with xerrorbars pt 7 ps 0.4 lc rgb "#222222", \\
     $data using (7.9):0:5 with labels left offset 1,0
"""
    subprocess.run(["gnuplot", "-"], input=script, text=True, check=True)
