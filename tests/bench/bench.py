#!/usr/bin/env python3
"""Measures the running instance against its peers; ./receipts bench runs it."""

import argparse
import sys
import time

import growth
import ingest
import intake
import read
import report
import rollup
from context import Bench, BenchError, Sizes

PARTS = {"intake": intake.measure, "ingest": ingest.measure, "rollup": rollup.measure, "read": read.measure,
         "growth": growth.measure}


def sizes(text):
    """Numbers of receipts, whole batches of them, ever more."""
    found = [int(word) for word in text.split(",")]
    if len(found) < 2 or found != sorted(set(found)) or found[0] < growth.LEAST or any(
            size % growth.BATCH for size in found):
        raise argparse.ArgumentTypeError(
            f"two numbers or more, ever greater, multiples of {growth.BATCH}, from {growth.LEAST}")
    return found


def arguments():
    """What the user wants measured, and how thoroughly."""
    parser = argparse.ArgumentParser(prog="./receipts bench", description=__doc__.split(";")[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, "all"], default="all", metavar="PART",
                        help=f"{', '.join(PARTS)} or all (default)")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each comparison (default 3)")
    parser.add_argument("--seconds", type=int, metavar="N", help="length of each load by HTTP (default 8)")
    parser.add_argument("--receipts", type=sizes, metavar="N,N",
                        help="stored receipts at which growth measures (default 1000000,2000000)")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that the bench works, no more")
    parser.add_argument("--write", action="store_true", help="put the results into docs/benchmarks.md")
    options = parser.parse_args()
    if options.quick and options.write:
        parser.error("what --quick measures is not worth writing")
    return options


def main():
    options = arguments()
    bench = Bench(Sizes(options.quick, options.rounds, options.seconds, options.receipts))
    chosen = list(PARTS) if "all" in options.parts else list(dict.fromkeys(options.parts))
    measured = {}
    for part in chosen:
        began = time.monotonic()
        print(f"==> {part}", flush=True)
        measured.update(PARTS[part](bench))
        print(f"ok - {part}: results are right ({time.monotonic() - began:.0f} s)", flush=True)
    report.show(measured)
    if options.write:
        report.write(measured)


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(f"bench: {error}")
