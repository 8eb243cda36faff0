#!/usr/bin/env python3
"""Writes C that holds files: embed.py OUTPUT.c MANIFEST FOLDER...

Each line of the manifest names a service, a path and a file, which is looked for
in the folders in turn.  Beside OUTPUT.c go assets-files.d with the dependencies,
for make, and the compressed files.  The same input gives the same output.
"""
import gzip
import hashlib
import pathlib
import sys

SERVICES = {"producer": "SERVICE_PRODUCER", "consumer": "SERVICE_CONSUMER", "both": "SERVICE_BOTH"}

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}

HEAD = '''\
/* Made by ops/embed.py of {manifest}; not to be edited. */
#include "frontend/asset.h"

#define EMBED(symbol, file) \\
\t__asm__(".section .rodata\\n" symbol ":\\n.incbin \\"" file "\\"\\n.byte 0\\n.previous\\n")

'''


class Body:
    """Bytes to be embedded: where they lie, and their entity tag."""

    def __init__(self, symbol, file):
        data = file.read_bytes()
        self.symbol, self.file, self.length = symbol, file, len(data)
        self.etag = hashlib.sha256(data).hexdigest()[:32]

    def declaration(self):
        return f'EMBED("{self.symbol}", "{self.file}");\nextern const char {self.symbol}[];\n'

    def initializer(self):
        return f'{{{self.symbol}, {self.length}, "\\"{self.etag}\\""}}'


def fail(message):
    sys.exit(f"embed.py: {message}")


def read_manifest(manifest, folders):
    """Yields service, path and file of each line."""
    for number, line in enumerate(manifest.read_text().splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 3 or words[0] not in SERVICES or not words[1].startswith("/"):
            fail(f"{manifest}, line {number}: wanted is: producer|consumer|both /path file")
        file = next((f for f in (folder / words[2] for folder in folders) if f.is_file()), None)
        if file is None:
            fail(f"{manifest}, line {number}: there is no {words[2]} in {', '.join(map(str, folders))}")
        if pathlib.PurePath(words[1]).suffix not in TYPES and file.suffix not in TYPES:
            fail(f"{manifest}, line {number}: no media type is known for {words[2]}")
        yield words[0], words[1], file


def compress(file, output, symbol):
    """The gzip form of a file, or None when it is hardly smaller."""
    packed = gzip.compress(file.read_bytes(), compresslevel=9, mtime=0)
    if len(packed) > file.stat().st_size * 0.9:
        return None
    target = output.with_name(f"{symbol}.gz")
    target.write_bytes(packed)
    return Body(symbol, target)


def write_table(output, manifest, assets):
    with output.open("w") as out:
        out.write(HEAD.format(manifest=manifest))
        for _, _, _, plain, packed in assets:
            out.write(plain.declaration())
            if packed:
                out.write(packed.declaration())
        out.write("\nconst Asset assets[] = {\n")
        for service, path, kind, plain, packed in assets:
            out.write(f'\t{{{SERVICES[service]}, "{path}", "{kind}",\n\t {plain.initializer()},\n'
                      f'\t {packed.initializer() if packed else "{NULL, 0, NULL}"}}},\n')
        out.write("};\n\nconst size_t nassets = sizeof(assets) / sizeof(assets[0]);\n")


def main():
    output, manifest = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folders = [pathlib.Path(folder) for folder in sys.argv[3:]]
    assets, files = [], []
    for number, (service, path, file) in enumerate(read_manifest(manifest, folders)):
        kind = TYPES.get(pathlib.PurePath(path).suffix) or TYPES[file.suffix]
        assets.append((service, path, kind, Body(f"asset_{number}", file),
                       compress(file, output, f"asset_{number}_gzip")))
        files.append(file)
    write_table(output, manifest, assets)
    names = " ".join(str(file) for file in files)
    output.with_name("assets-files.d").write_text(f"{output}: {names}\n" + "".join(f"{file}:\n" for file in files))


main()
