#!/usr/bin/env python3
"""Fills the tables of settings in docs/configuration.md from what the programs say with --help.

    settings.py DIRECTORY [--check]     DIRECTORY holds the programs

A table stands below a remark that names its programs; of two, where the defaults
differ, both are shown.  With --check, nothing is written, and the exit status
is 1 where a table is not up to date.
"""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
REMARK = re.compile(r"(<!-- settings: (.*?) -->\n)(?:\|.*\n)*")
SETTING = re.compile(r"^  --([a-z-]+) (?:TEXT|NUMBER|on\|off)\n      (.*)\n"
                     r"      (?:no default|default (.*?))(?:, from (\d+) to (\d+))?; (\w+)$", re.MULTILINE)
HEAD = "| setting | default | from, to | what it is, and what it bounds |\n|---|---|---|---|\n"


def settings(directory, program):
    """{name: (default, range, help)} of one program."""
    file, mode = program.split()
    text = subprocess.run([str(Path(directory) / file), mode, "--help"], check=True, env={},
                          stdout=subprocess.PIPE, text=True).stdout
    return {name: (default.strip('"'), f"{least}, {most}" if least else "", help_text)
            for name, help_text, default, least, most, _ in SETTING.findall(text)}


def default_cell(defaults, modes):
    """One default, or the one of each mode."""
    shown = [f"`{default}`" if default else "none" for default in defaults]
    if len(set(shown)) == 1:
        return shown[0]
    return ", ".join(f"{mode} {default}" for mode, default in zip(modes, shown))


def table(directory, programs):
    """The rows for programs that have the same settings."""
    found = [settings(directory, program) for program in programs]
    modes = [program.split()[1] for program in programs]
    assert all(set(each) == set(found[0]) for each in found), f"{programs} differ"
    rows = ""
    for name, (_, span, help_text) in found[0].items():
        cells = [f"`--{name}`", default_cell([each[name][0] for each in found], modes), span,
                 help_text.replace("|", "\\|")]
        rows += "| " + " | ".join(cells) + " |\n"
    return HEAD + rows


def main():
    directory, check = sys.argv[1], "--check" in sys.argv[2:]
    old = PAGE.read_text("utf-8")
    new = REMARK.sub(lambda found: found[1] + table(directory, found[2].split(", ")), old)
    if not check:
        PAGE.write_text(new, "utf-8")
    elif new != old:
        sys.exit(f"{PAGE} is not up to date: run \"make docs\"")


if __name__ == "__main__":
    main()
