"""What a Markdown page holds: headings, links, tables, fenced blocks and the remarks before them.

Remarks are comments on a line of their own, which nobody sees who reads the page:

    <!-- not run: REASON -->      the next block is only shown
    <!-- page not run: REASON --> so are all that follow on this page
    <!-- psql: DATABASE [ROLE] --> where the SQL below runs: producer, consumer, or scratch,
                                   an empty database of this page's own
"""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)(```+|~~~+)\s*([\w+-]*)")
REMARK = re.compile(r"^<!--\s*(not run|page not run|psql)\s*:\s*(.*?)\s*-->\s*$")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s+(\S+)")
CODE = re.compile(r"`[^`]*`")


@dataclass
class Block:
    """A fenced block; output is the block behind it that shows what it prints."""

    line: int
    language: str
    text: str
    reason: str = None
    psql: tuple = None
    output: "Block" = None


class Page:
    """One Markdown file."""

    def __init__(self, path):
        self.path = Path(path)
        self.lines = self.path.read_text("utf-8").splitlines()
        self.blocks, self.headings, self.links = [], [], []
        self._prose = []
        self._read()
        self._pair()

    def _read(self):
        """Sort the lines into blocks and prose, remarks into the blocks they are about."""
        remarks, fence, number = {}, None, 0
        while number < len(self.lines):
            line = self.lines[number]
            number += 1
            if remark := REMARK.match(line):
                remarks[remark[1]] = remark[2]
            elif fence := FENCE.match(line):
                number = self._take_block(fence, number, remarks)
                remarks.pop("not run", None)
            else:
                self._take_prose(line, number)

    def _take_block(self, fence, number, remarks):
        """Read a block from the line after its fence; return the line after it."""
        indent, mark, language = fence.groups()
        first = number
        while self.lines[number].strip() != mark:
            number += 1
        text = "\n".join(line[len(indent):] for line in self.lines[first:number]) + "\n"
        psql = tuple(remarks["psql"].split()) if "psql" in remarks else None
        reason = remarks.get("not run") or remarks.get("page not run")
        self.blocks.append(Block(first, language, text, reason, psql))
        return number + 1

    def _take_prose(self, line, number):
        if heading := HEADING.match(line):
            self.headings.append(heading[1])
        for link in LINK.finditer(CODE.sub("", line)):
            self.links.append((number, link[1] or link[2]))
        self._prose.append(line)

    def _pair(self):
        """A block of output belongs to the one before it, unless prose stands between."""
        for before, block in zip(self.blocks, self.blocks[1:]):
            between = self.lines[before.line + before.text.count("\n") + 1:block.line - 1]
            if (before.language in ("sh", "sql", "python", "js") and block.language in ("", "text", "json")
                    and not any(line.strip() for line in between)):
                before.output = block

    def anchors(self):
        """The names by which links reach the headings, as GitHub makes them."""
        seen = {}
        for heading in self.headings:
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
            anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
            count = seen[anchor] = seen.get(anchor, -1) + 1
            yield f"{anchor}-{count}" if count else anchor

    def tables(self, heading=None):
        """Rows of cells of the tables below a heading, down to the next; all without one."""
        inside = heading is None
        for line in self._prose:
            if found := HEADING.match(line):
                inside = heading is None or found[1] == heading
            elif inside and line.startswith("|") and not re.match(r"^\|[-| :]+\|$", line):
                yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
