"""What Schemathesis is told about the services that their documents cannot say.

Loaded into Schemathesis by schemathesis.toml.
"""

import json
import os
from datetime import datetime

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import AllowHeaderMismatch, RejectedPositiveData

# Rules that JSON Schema has no words for, by what is named and the code of the answer.
UNSAID = {
    ("cursor", "invalid_value"),      # one that no listing gave out
    ("tz", "invalid_value"),          # no zone of the time zone database
    ("to", "empty_interval"),         # not later than "from"
    ("/expires_at", "invalid_value"), # in the past
    ("/timestamp", "timestamp_in_future"),
    ("/place_id", "missing_field"),   # a place's name without its id
    ("/place/place_id", "missing_field"),
    ("/place/place_id", "place_conflict"),
    ("/place/place_name", "place_conflict"),
}
# Whether a message can be stored is not in the request.
STATE = {"urn:pg-receipts:problem:still_invalid"}
# A multiple of 0.01 as a float may be written as 0.30000000000000004.
FLOATS = "too_many_decimals"
# The tokens that the tests themselves present.
KEPT = set(map(int, os.environ.get("RECEIPTS_KEPT_TOKENS", "0").split(",")))


@schemathesis.serializer("application/x-ndjson")
def ndjson(_, value):
    """Text is sent as it is, anything else as one line of JSON."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


@schemathesis.hook
def filter_case(_, case):
    """Do not revoke the tokens that the tests need."""
    if case.operation.definition.raw.get("operationId") != "token_revoke":
        return True
    try:
        return int(case.path_parameters["id"]) not in KEPT
    except (KeyError, TypeError, ValueError):
        return True


def instants():
    """Times of RFC 3339 with offsets that exist: PostgreSQL takes none of 16 hours or more."""
    offsets = st.one_of(st.just("Z"), st.builds("{}{:02}:{:02}".format, st.sampled_from("+-"),
                                                st.integers(0, 15), st.integers(0, 59)))
    return st.builds("{:%Y-%m-%dT%H:%M:%S.%f}{}".format,
                     st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(2025, 1, 1)), offsets)


schemathesis.openapi.format("date-time", instants())


def unsaid(error):
    named = error.get("parameter", error.get("pointer"))
    return (named, error["code"]) in UNSAID or error["code"] == FLOATS


@schemathesis.hook
def filter_failure(_, failure, case, response):
    """Whether it is one: an answer that is right although the document cannot say so is none."""
    if isinstance(failure, RejectedPositiveData):
        problem = response.json()
        errors = problem.get("errors")
        return not (problem["type"] in STATE or errors and all(map(unsaid, errors)))
    if case.path == "/api/checks/batch/":
        # Each receipt is judged alone, so that a bad one does not refuse the batch.
        if isinstance(failure, AcceptedNegativeData):
            return response.json()["rejected"] + response.json()["conflicts"] == 0
        # GET asks for a receipt that is called "batch".
        if isinstance(failure, AllowHeaderMismatch):
            return response.headers["allow"] != ["POST, GET, HEAD, OPTIONS"]
    return True


@schemathesis.check
class EveryOperationSucceeds:
    """An operation that only ever refuses is not tested; for a token that may do everything."""

    def __init__(self):
        self.tried, self.succeeded = set(), set()

    def after_response(self, _, response, case):
        self.tried.add(case.operation.label)
        if response.status_code < 300:
            self.succeeded.add(case.operation.label)

    def after_run(self, _):
        if os.environ.get("RECEIPTS_ROLE") != "admin":
            return
        refused = self.tried - self.succeeded
        assert not refused, "never succeeded: " + ", ".join(sorted(refused))
