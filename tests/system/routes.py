"""The table of routes of a service, as its program prints it."""

import re
import subprocess
from collections import namedtuple

Route = namedtuple("Route", "method pattern role summary")


def routes(program, side):
    """Every route of a service, in the table's order."""
    table = subprocess.run([program, side, "--routes"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    return [Route(*line.split("\t")) for line in table.splitlines()]


def concrete(pattern):
    """A path that the pattern matches, and no pattern without parameters."""
    return re.sub(r"\{(\w+)\}", r"no-such-\1", pattern)


def allowed(table, path):
    """The methods that a path takes, as Allow names them."""
    methods = {route.method for route in table
               if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.pattern), path)}
    return methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
