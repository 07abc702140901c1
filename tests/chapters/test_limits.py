"""No chapter outgrows its reader: code, hidden code, words, cells in a row, prose made by code."""

import ast
import re
from itertools import groupby

import named_results
import pytest
from chapter_files import CHAPTERS, ROOT, read

from helpers.analysis import claims, confirmations, confirmed

VISIBLE_LINES = 150
HIDDEN_LINES = 20
MINUTES = 15
WORDS_PER_MINUTE = 200
SECONDS_PER_LINE = 3  # of visible code
CELLS_IN_A_ROW = 3
HIDES = {"remove-input", "remove-cell", "hide-input", "hide-cell"}
FOLDED = re.compile("<details>.*?</details>", re.DOTALL)
BLOCKS = re.compile("```.*?```", re.DOTALL)
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def tags(cell):
    return set(cell.metadata.get("tags", []))


def code(path):
    """The code cells, without that of the parameters."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    return [cell for cell in cells if "parameters" not in tags(cell)]


def lines(cells):
    return sum(bool(line.strip()) for cell in cells for line in cell.source.splitlines())


def visible(path):
    return lines(cell for cell in code(path) if not tags(cell) & HIDES)


def minutes(path):
    """Time to read text, captions and code that are not folded."""
    texts = [
        BLOCKS.sub("", FOLDED.sub("", cell.source))
        if cell.cell_type == "markdown"
        else cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
        for cell in read(path).cells
    ]
    words = sum(len(text.split()) for text in texts)
    return words / WORDS_PER_MINUTE + visible(path) * SECONDS_PER_LINE / 60


@each_chapter
def test_shows_at_most_150_lines_of_code_and_hides_at_most_20(path):
    hidden = lines(cell for cell in code(path) if tags(cell) & HIDES)
    assert visible(path) <= VISIBLE_LINES
    assert hidden <= HIDDEN_LINES


@each_chapter
def test_is_read_in_a_quarter_of_an_hour(path):
    assert minutes(path) <= MINUTES


@each_chapter
def test_has_at_most_three_code_cells_in_a_row(path):
    runs = groupby(read(path).cells, key=lambda cell: cell.cell_type)
    assert max(len(list(cells)) for kind, cells in runs if kind == "code") <= CELLS_IN_A_ROW


@each_chapter
def test_code_writes_no_prose(path):
    """Text is fixed: code shows figures, tables and results, and prints short lines of numbers."""
    for cell in code(path):
        tree = ast.parse(cell.source)
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not names & {"Markdown", "HTML", "Latex"}
        printed = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "display")
        ]
        assert not [n for call in printed for n in ast.walk(call) if isinstance(n, ast.IfExp)]
        branches = [
            n for node in ast.walk(tree) if isinstance(node, ast.If) for n in ast.walk(node)
        ]
        assert not set(map(id, printed)) & set(map(id, branches))


TEXTS = [*CHAPTERS, *sorted((ROOT / "book").glob("*.md")), ROOT / "README.md"]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_results_that_text_names_exist_and_the_confirmed_ones_came_out_so(path):
    """The build holds the others against the executed chapters."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    committed = set(zip(confirmations.rows().claim, confirmations.rows().assertion, strict=True))
    for claim, assertion, outcome in named_results.named_in(text):
        named = claims()[claim].assertions[assertion]
        assert not named.withdrawn
        assert named.here == (outcome == named_results.HERE)
        if (claim, assertion) in committed:
            times = 10  # fills the braces of a text, and changes no outcome
            settings = dict.fromkeys(re.findall(r"{(\w+)[:}]", str(claims()[claim])), times)
            assert confirmed(claim, **settings)[assertion] == outcome
