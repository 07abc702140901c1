"""Says at the end of each chapter with what, when and on what it was executed."""

import ast
import datetime

import chapters
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

PACKAGES = {"python": "Python", "tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}


def parameters(notebook: NotebookNode) -> dict[str, str]:
    """Return the parameters of a chapter, each as its cell writes it."""
    cells = chapters.code_cells(notebook)
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    return {
        line.targets[0].id: ast.unparse(line.value)
        for cell in tagged
        for line in ast.parse(cell.source).body
        if isinstance(line, ast.Assign)
    }


def colophon(notebook: NotebookNode) -> NotebookNode:
    """Return a cell that says when, with what and on what a chapter was executed."""
    made = notebook.metadata.book
    day = datetime.date.fromisoformat(made.executed)
    packages = ", ".join(f"{PACKAGES[name]} {made.versions[name]}" for name in PACKAGES)
    given = parameters(notebook).items()
    seeds = [f"`{name} = {value}`" for name, value in given if "seed" in name]
    lines = [
        f"Executed from top to bottom on {day.day} {day:%B %Y}, in {made.seconds:.0f} seconds.",
        f"Versions: {packages}.",
        *([f"Seeds: {', '.join(seeds)}."] if seeds else []),
        f"Processor: {made.processor}.",
    ]
    items = "\n".join(f"- {line}" for line in lines)
    summary = "<summary>How this page was made</summary>"
    return new_markdown_cell(f'<details class="colophon">{summary}\n\n{items}\n\n</details>')
