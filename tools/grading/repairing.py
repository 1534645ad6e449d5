"""Give a notebook that was handed in the shape of the one that was handed out.

A class splits cells, copies, merges and deletes them, and saves notebooks in editors that
drop what nbgrader wrote into them. So no mark in a notebook is relied on: what is graded
is the notebook as it was handed out, with each answer put into its place and the
student's own cells between. The file itself stays as it is.
"""

import ast
import copy
import hashlib
import json
import re
import symtable
import warnings
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

import nbformat
from address import with_address
from exercise_versions import student_version
from IPython.core.inputtransformer2 import TransformerManager
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from grading import NotGradedError

CONFLICT = b"\n<<<<<<< "


class Reader(NotebookExporter):
    """Reads a notebook in whatever encoding an editor has saved it."""

    def from_file(self, file_stream, resources=None, **kw):
        notebook = read(Path(file_stream.name).read_bytes())
        return self.from_notebook_node(notebook, resources=resources, **kw)


class HandOut(NotebookExporter):
    """Reads an exercise to be handed out; if the book has an address, says it there."""

    def from_file(self, file_stream, resources=None, **kw):
        notebook = exercise(file_stream.name)
        return self.from_notebook_node(notebook, resources=resources, **kw)


def exercise(source: str | Path) -> NotebookNode:
    text = with_address(Path(source).read_text(encoding="utf-8"))
    return nbformat.reads(text, as_version=4)


class Repair(NbGraderPreprocessor):
    """The first thing that autograde does with a notebook."""

    def preprocess(self, notebook, resources):
        course, what = self.parent.parent.coursedir, resources["nbgrader"]
        source, handed_in = (
            Path(course.format_path(step, student, what["assignment"]))
            for step, student in [(course.source_directory, "."),
                                  (course.submitted_directory, what["student"])])
        source /= what["notebook"] + ".ipynb"
        notebook = repaired(notebook, student_version(exercise(source)))
        notebook.metadata["grading"]["of"] = digest(source, handed_in)
        return notebook, resources


def digest(source: Path, handed_in: Path) -> str:
    """Identify what is graded: the exercise, and all that a student handed in."""
    files = [source, *sorted(path for path in handed_in.rglob("*") if path.is_file())]
    parts = [hashlib.sha256(path.read_bytes()).digest() for path in files]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def read(data: bytes) -> NotebookNode:
    """Read a notebook; of its cells only what was written into them."""
    try:
        found = json.loads(data)            # UTF-8, 16 or 32, with or without a mark
    except UnicodeDecodeError:
        raise NotGradedError("its encoding is not that of a notebook") from None
    except (ValueError, RecursionError):
        start = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:5]
        reason = ("it is empty" if not start else
                  "it holds two versions that git could not merge" if CONFLICT in data else
                  "it breaks off; it was not saved or sent whole" if start[:1] == b"{" else
                  "it is a web page" if start[:1] == b"<" else
                  "it is a zip archive or a document" if start[:2] == b"PK" else
                  "it is a PDF" if start == b"%PDF-" else "it is no notebook")
        raise NotGradedError(reason) from None
    try:
        if found["nbformat"] < 4:
            found = nbformat.convert(nbformat.from_dict(found), 4)
        cells = [tidy(cell) for cell in found["cells"]
                 if cell["cell_type"] in ("code", "markdown", "raw")]
    except (LookupError, TypeError, AttributeError, ValueError):
        raise NotGradedError("it is no notebook") from None
    metadata = found.get("metadata")
    return nbformat.from_dict({
        "cells": cells, "metadata": metadata if isinstance(metadata, dict) else {},
        "nbformat": 4, "nbformat_minor": 5})


def tidy(cell: dict) -> NotebookNode:
    source = cell.get("source") or ""
    source = source if isinstance(source, str) else "".join(map(str, source))
    metadata = cell.get("metadata")
    made = NotebookNode(
        id=str(cell.get("id", "")), cell_type=cell["cell_type"],
        source=source.replace("\r\n", "\n"),
        metadata=nbformat.from_dict(metadata if isinstance(metadata, dict) else {}))
    if made.cell_type == "code":
        made.update(outputs=[], execution_count=None)
    if isinstance(cell.get("attachments"), dict):
        made.attachments = nbformat.from_dict(cell["attachments"])
    return made


def plain(source: str) -> str:
    """Give a source without what editors change: spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def role(cell: NotebookNode) -> dict:
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def is_answer(cell: NotebookNode) -> bool:
    return bool(role(cell).get("solution"))


def exercise_numbers(cells: list[NotebookNode]) -> list[str]:
    """For each cell the exercise that it belongs to, such as 4.2."""
    numbers, number = [], ""
    for cell in cells:
        heading = re.search(r"^## \D*(\d+\.\d+)", cell.source, re.M)
        if heading and cell.cell_type == "markdown":
            number = heading[1]
        numbers.append(number)
    return numbers


# --- code ------------------------------------------------------------------------------


@cache
def python(source: str) -> str | None:
    """Code as Python reads it, without IPython's commands; None if it cannot be read."""
    try:
        code = TransformerManager().transform_cell(source)
        with warnings.catch_warnings(action="ignore"):
            compile(code, "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return code


def bound(source: str) -> set[str]:
    """The names that a cell gives a value to."""
    code = python(source)
    if code is None:        # as far as can be seen
        return set(re.findall(r"^(?:def )?(\w+)(?: *=|\()", source, re.M))
    return {name.get_name() for name in symtable.symtable(code, "", "exec").get_symbols()
            if name.is_assigned() or name.is_imported()}


def changed(source: str) -> set[str]:
    """The names whose insides a cell changes: passengers["Age"] = 0, np.log = f."""
    names = set()
    for node in ast.walk(ast.parse(python(source) or "")):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(
                node.ctx, ast.Load):
            while isinstance(node, ast.Subscript | ast.Attribute):
                node = node.value
            if isinstance(node, ast.Name):
                names.add(node.id)
    return names


def used(source: str) -> set[str]:
    """The names from outside that the functions of a check use."""
    table = symtable.symtable(source, "", "exec")
    return {name.get_name() for scope in (table, *table.get_children())
            for name in scope.get_symbols() if name.is_referenced() and name.is_global()}


def is_piece(source: str) -> bool:
    """Whether this is code that only makes sense behind other code."""
    return source[:1] in " \t" or python(source) is None


def is_prose(cell: NotebookNode) -> bool:
    """Whether somebody has written sentences, in whatever kind of cell."""
    if cell.cell_type != "code":
        return True
    code = python(cell.source)
    return code is None or all(
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Name | ast.Constant)
        for line in ast.parse(code).body)


def joined(parts: list[NotebookNode]) -> tuple[str, list[NotebookNode]]:
    """One answer from the cells that it was split into, and those that would spoil it."""
    ends = [part.source.rpartition("\n")[2] for part in parts[:-1]]
    for between in ["\n"] + [""] * ("#" not in "".join(ends)):    # cut within a line
        whole = between.join(part.source for part in parts)
        if python(whole) is not None:
            return whole, []
    good = [part for part in parts if python(part.source) is not None] or parts
    return ("\n".join(part.source for part in good),
            [part for part in parts if part not in good])


# --- the repair ------------------------------------------------------------------------


def taken_apart(
    cells: Iterable[NotebookNode], handed_out: list[NotebookNode]
) -> list[NotebookNode]:
    """Cut cells that were merged, where the text of a cell that is missing begins."""
    there = {plain(cell.source) for cell in cells}
    missing = [cell for cell in handed_out
               if not is_answer(cell) and plain(cell.source) not in there]
    result = []
    for cell in cells:
        rest, pieces = plain(cell.source), []
        for part in missing:
            text = plain(part.source)
            before, found, after = rest.partition(text)
            if found and (before.strip() or after.strip()):
                pieces += [(before, cell.cell_type), (text, part.cell_type)]
                rest = after
        if not pieces:
            result.append(cell)
            continue
        for source, kind in [*pieces, (rest, cell.cell_type)]:
            if source.strip():
                result.append(tidy({"cell_type": kind, "source": source.strip("\n")}))
    return result


def places(cells: list[NotebookNode], handed_out: list[NotebookNode]) -> list[int | None]:
    """For each cell its place in what was handed out: by its text, then by its name."""
    names = {cell.id: n for n, cell in enumerate(handed_out)}
    texts = {plain(cell.source): n for n, cell in enumerate(handed_out)}
    return [texts.get(plain(cell.source),
                      names.get(str(role(cell).get("grade_id")), names.get(cell.id)))
            for cell in cells]


def sorted_out(
    cells: list[NotebookNode], handed_out: list[NotebookNode]
) -> tuple[list[list[NotebookNode]], list[tuple[int, NotebookNode]]]:
    """For each place what was found for it; and the student's own, each after a place."""
    found, own, before = [[] for _ in handed_out], [], -1
    for cell, place in zip(cells, places(cells, handed_out), strict=True):
        text = plain(cell.source)
        if place is not None:
            before = place
            if is_answer(handed_out[place]) or not found[place]:
                found[place].append(cell)
                continue
            if text in plain(handed_out[place].source):     # a copy, or a piece
                continue
        if text:
            own.append((before, cell))
    return found, own


def taken(own: list[tuple[int, NotebookNode]], among: set[int], fits) -> list[NotebookNode]:
    """Take those of the student's own cells that stand in some places and fit."""
    chosen = [(place, cell) for place, cell in own if place in among and fits(place, cell)]
    own[:] = [pair for pair in own if pair not in chosen]
    return [cell for _, cell in chosen]


def repaired(notebook: NotebookNode, handed_out: NotebookNode) -> NotebookNode:
    """Put the answers of a notebook into the one that was handed out.

    What was mended, and what a teacher should look at, is said in its metadata.
    """
    originals = handed_out.cells
    numbers = exercise_numbers(originals)
    cells = taken_apart(notebook.cells, originals)
    found, own = sorted_out(cells, originals)
    texts = [plain(cell.source) for cell in originals]
    answered = [n for n, cell in enumerate(originals) if is_answer(cell) and found[n]]
    if len(answered) < 2 and not any(plain(cell.source) in texts for cell in cells):
        raise NotGradedError("none of its cells is from the notebook that was handed out")
    said: dict[str, list[str]] = {}
    if len(cells) > len(notebook.cells):
        said["cells that were merged were taken apart"] = []

    binds = [bound(cell.source) if cell.cell_type == "code" else set()
             for cell in originals]
    homes = {name: n for n, cell in enumerate(originals) if is_answer(cell)
             for name in binds[n].difference(*binds[:n], *binds[n + 1:])}
    for place, part in [(n, part) for n in {*homes.values()} for part in found[n]]:
        to = {homes[name] for name in bound(part.source) & homes.keys()}
        if len(to) == 1 and place not in to:        # written into another one's cell
            found[place] = [other for other in found[place] if other is not part]
            found[to.pop()].append(part)
            said.setdefault("answers in another one's cell: ", []).append(numbers[place])

    result = copy.deepcopy(handed_out)
    for place, cell in enumerate(result.cells):
        here = {n for n, number in enumerate(numbers) if number == numbers[place]}
        say = partial(lambda where, what: said.setdefault(what, []).append(where),
                      numbers[place])
        if not is_answer(cell):
            if role(cell).get("grade") and not any(
                    plain(part.source) == texts[place] for part in found[place]):
                say("checks put back as they were: ")
            continue
        parts = {plain(part.source): part for part in found[place]}
        known = bool(parts)
        parts.pop(texts[place], None)
        parts = list(parts.values())
        if len(parts) > 1:
            say("answers joined from several cells: ")
        if any(part.cell_type != cell.cell_type for part in parts):
            say("answers in a cell of the wrong kind: ")
        if cell.cell_type == "markdown":
            further = taken(own, here, lambda _, part: is_prose(part))
            if further and known:
                say("answers with text from another cell: ")
            parts = [part for part in cells         # in their order
                     if any(part is other for other in parts + further)]
            cell.source = "\n\n".join(part.source.strip() for part in parts or [cell])
        else:
            names = binds[place]
            if not parts:
                parts = taken(own, here, lambda _, part, names=names:
                              is_piece(part.source) or bound(part.source) & names)
                if known and parts:
                    say("answers in a cell of their own: ")
            if not parts and not known:
                parts = taken(own, here, lambda after, part, place=place:
                              after < place and part.cell_type == "code")
            cell.source, spoilt = joined(parts or [cell])
            own += [(place, part) for part in spoilt]
        if not known:
            say("answers recognised by what they say: " if parts else "answers missing: ")
        for part in parts:
            if "attachments" in part:
                cell.setdefault("attachments", NotebookNode()).update(part.attachments)

    def after(place):
        return [new_own(cell, n) for n, (before, cell) in enumerate(own) if before == place]

    result.cells = after(-1) + [cell for place, original in enumerate(result.cells)
                                for cell in [original, *after(place)]]
    result.metadata["grading"] = {
        "repaired": [words + ", ".join(where) for words, where in said.items()],
        "look": suspicious(result, handed_out)}
    return result


def new_own(cell: NotebookNode, n: int) -> NotebookNode:
    new = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    return new(cell.source, id=f"own-{n}")


def suspicious(notebook: NotebookNode, handed_out: NotebookNode) -> list[str]:
    """Name the answers that change what the checks use."""
    numbers = exercise_numbers(notebook.cells)
    theirs = [(number, cell) for number, cell in zip(numbers, notebook.cells, strict=True)
              if cell.cell_type == "code" and (is_answer(cell) or not role(cell))]
    ours = [cell for cell in notebook.cells if cell.cell_type == "code"
            and role(cell) and not is_answer(cell)]
    checks = [cell for cell in ours if role(cell).get("grade")]
    uses = set().union(*(used(cell.source) for cell in checks))
    given = set().union(*(bound(cell.source) for cell in ours)) - {"check"}
    asked = {cell.id: bound(cell.source) for cell in handed_out.cells if is_answer(cell)}
    said = []
    for number, cell in theirs:
        names = bound(cell.source) & uses & given | changed(cell.source) & given
        names -= asked.get(cell.id, set())
        if names:
            listed = ", ".join(f"`{name}`" for name in sorted(names))
            said.append(f"{number or 'its first cell'} changes {listed}, which checks use")
    return said
