#!/usr/bin/env python3
"""Writes the OpenAPI document of a service: openapi.py VERSION SHARED.yaml SERVICE.yaml

Both files are OpenAPI 3.1, cut in two: what stands in one is added to the other.
Two things are spared there and filled in here:

- An operation lists under x-answers the sets of answers that it shares with
  others; the sets stand under the same name at the top of SHARED.yaml.  What an
  operation says itself about a status counts more.
- Every answer has the headers that stand under x-headers at the top.

Components that a service does not use are left out.
"""
import json
import pathlib
import re
import sys

import yaml

METHODS = ("get", "post", "put", "patch", "delete")


def merge(base, extra):
    """Adds extra to base, in depth; of lists, extra's comes first."""
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        elif isinstance(value, list) and isinstance(base.get(key), list):
            base[key] = value + base[key]
        else:
            base[key] = value
    return base


def operations(document):
    for path in document["paths"].values():
        for method in METHODS:
            if method in path:
                yield path[method]


def fill_answers(document):
    sets = document.pop("x-answers")
    for operation in operations(document):
        answers = {}
        for name in operation.pop("x-answers", []):
            answers.update(sets[name])
        answers.update(operation["responses"])
        operation["responses"] = {str(status): answers[status] for status in sorted(answers, key=str)}


def fill_headers(document):
    """Puts the common headers on every answer that is written out."""
    headers = document.pop("x-headers")
    written = [answer for operation in operations(document) for answer in operation["responses"].values()]
    for answer in written + list(document["components"]["responses"].values()):
        if "$ref" not in answer:
            answer["headers"] = {**headers, **answer.get("headers", {})}


def references(part):
    return set(re.findall(r'"#/components/([^"]+)"', json.dumps(part)))


def drop_unused(document):
    components = document["components"]
    used, fresh = set(), references(document["paths"])
    while fresh:
        used |= fresh
        found = set()
        for name in fresh:
            kind, key = name.split("/")
            found |= references(components[kind][key])
        fresh = found - used
    for kind in [kind for kind in components if kind != "securitySchemes"]:
        components[kind] = {key: value for key, value in components[kind].items() if f"{kind}/{key}" in used}
        if not components[kind]:
            del components[kind]


class Loader(yaml.SafeLoader):
    """YAML without its dates: an example's time stays the text that it is."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def load(name):
    return yaml.load(pathlib.Path(name).read_text(), Loader)


def main():
    version, shared, service = sys.argv[1:]
    document = merge(load(shared), load(service))
    document["info"]["version"] = version
    fill_answers(document)
    fill_headers(document)
    drop_unused(document)
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    print()


main()
