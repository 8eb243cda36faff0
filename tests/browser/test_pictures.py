"""The pictures of docs/dashboard.md; `./receipts test browser --pictures` takes them anew."""

import struct

import pytest

from instance import REPOSITORY

PICTURES = {
    "dashboard": {"viewport": {"width": 1280, "height": 900}},
    "dashboard-phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


def size(png):
    """Width and height, from the header of the file."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("name", PICTURES)
def test_picture(dashboard, shops, request, name):
    path = REPOSITORY / "docs/images" / f"{name}.png"
    board = dashboard("period=30d", **PICTURES[name])
    taken = board.page.screenshot(animations="disabled", caret="hide")
    if request.config.getoption("pictures"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(taken)
    assert size(path.read_bytes()) == size(taken) == tuple(PICTURES[name]["viewport"].values())
    assert path.stat().st_size < 200_000
