"""A certificate authority for tests."""

import subprocess
from collections import namedtuple

Issued = namedtuple("Issued", "certificate key")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Authority:
    """Issues certificates for 127.0.0.1 into a folder; .path is its own certificate."""

    def __init__(self, folder, name="root", issuer=None):
        self.folder, self.name, self.issuer = folder, name, issuer
        self.path = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        self._make(self.path, self.key, name, issuer,
                   "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")

    @staticmethod
    def _make(path, key, name, issuer, *extensions, days=2, algorithm="ec:P-256"):
        kind, _, parameter = algorithm.partition(":")
        option = {"ec": f"ec_paramgen_curve:{parameter}", "rsa": f"rsa_keygen_bits:{parameter}"}[kind]
        command = ["req", "-x509", "-newkey", kind, "-pkeyopt", option, "-nodes", "-days", days,
                   "-subj", f"/CN={name}", "-out", path, "-keyout", key]
        for extension in extensions:
            command += ["-addext", extension]
        if issuer is not None:
            command += ["-CA", issuer.path, "-CAkey", issuer.key]
        openssl(*command)

    def issue(self, name, **how):
        """A certificate, with the chain up to this authority, and its key."""
        path, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        self._make(path, key, name, self, "subjectAltName=IP:127.0.0.1,DNS:localhost",
                   "basicConstraints=critical,CA:FALSE", **how)
        if self.issuer is not None:
            path.write_text(path.read_text() + self.path.read_text())
        return Issued(path, key)
