"""What the user types: ``python -m helpers rerun`` and ``python -m helpers verify``."""

import ast
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any

import click

from helpers.reruns import notebooks
from helpers.reruns.notebooks import RerunError

FOLDER = Path(__file__).parents[2] / "notebooks"


def value(text: str) -> Any:
    """A value as Python or YAML would write it; what is neither is text.

    >>> value("0.1"), value("1e-3"), value("[7, 50]"), value("mnist"), value("true")
    (0.1, 0.001, [7, 50], 'mnist', True)
    """
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def split(option: str) -> tuple[str, list[str]]:
    """``learning_rate=0.1,0.01`` as a name and its values; a list in brackets is one value.

    >>> split("batch_sizes=[7, 50],[8, 64]")
    ('batch_sizes', ['[7, 50]', '[8, 64]'])
    """
    name, sign, listed = option.partition("=")
    parts, depth = [""], 0
    for letter in listed:
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    values = [part.strip() for part in parts]
    if not sign or not name.strip() or not all(values):
        raise RerunError(f"--grid must read NAME=VALUE,VALUE, got {option}")
    return name.strip(), values


def listing() -> str:
    """Every notebook of the book with its parameters, default values, meanings and ranges."""
    width = shutil.get_terminal_size((100, 24)).columns
    lines = []
    for path, notebook in notebooks.chapters(FOLDER):
        title = next(c.source for c in notebook.cells if c.cell_type == "markdown").splitlines()[0]
        lines += [f"notebooks/{path.name}: {title.lstrip('# ')}"]
        for each in notebooks.declared(notebook):
            lines += textwrap.wrap(
                f"{each.name} = {each.default}  # {each.meaning}", width,
                initial_indent="  ", subsequent_indent="      ",
            )  # fmt: skip
        lines.append("")
    return "\n".join(lines).rstrip()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main():
    """Rerun notebooks of the batch-size book, and verify what came of it."""


@main.command()
@click.argument("notebook", required=False)
@click.option("-p", "--parameter", "fixed", nargs=2, multiple=True, metavar="NAME VALUE",
              help="A value for all runs.")  # fmt: skip
@click.option("--grid", multiple=True, metavar="NAME=VALUE,VALUE",
              help="Values to combine with those of every other --grid.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True,
              help="Runs at a time.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=str), metavar="DIR",
              help="Folder of the results; the same command goes on there.")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS",
              help="Address of a Dask scheduler, such as tcp://host:8786.")  # fmt: skip
@click.option("--list", "wanted", is_flag=True, help="List all notebooks and their parameters.")
def rerun(notebook, fixed, grid, jobs, out, scheduler, wanted):
    """Execute NOTEBOOK at every combination of values, and compare the runs in DIR/index.html.

    All values are checked before anything starts. A run that is done is not done again, however
    the command ended before.
    """
    if wanted:
        click.echo(listing())
        return
    plainly(_rerun, notebook, fixed, grid, jobs, out, scheduler)


def _rerun(notebook, fixed, grid, jobs, out, scheduler):
    from helpers.reruns import grid as grids  # heavier: xarray, nbconvert
    from helpers.reruns.store import Store

    for name, given in {"NOTEBOOK": notebook, "--out": out}.items():
        if not given:
            raise RerunError(f"{name} is missing: python -m helpers rerun NOTEBOOK --out DIR")
    if notebooks.REMOTE.match(out):
        raise RerunError(f"--out must be a folder of this machine, got {out}")
    twice = [name for i, (name, _) in enumerate(fixed) if name in [n for n, _ in fixed[:i]]]
    axes = [split(option) for option in grid]
    twice += [name for i, (name, _) in enumerate(axes) if name in [n for n, _ in axes[:i]]]
    if twice:
        raise RerunError(f"{twice[0]} must be given once, got it twice")
    runs = grids.combinations(
        {name: value(text) for name, text in fixed},
        {name: [value(text) for text in values] for name, values in axes},
    )
    todo = grids.tasks(notebook, runs, grids.threads_per_job(jobs))
    store = Store(Path(out))
    failed = grids.rerun(todo, store, jobs, click.echo, scheduler)
    click.echo(f"{len(todo) - len(failed)} of {len(todo)} runs are done: {out}/index.html")
    if failed:
        raise RerunError(f"{len(failed)} of {len(todo)} runs failed; the rest are kept")


@main.command()
@click.argument("folder", metavar="DIR")
@click.option("--run", "name", metavar="NAME", help="Which run; the first, if not given.")
def verify(folder, name):
    """Repeat a run of DIR, and compare its numbers to the last bit."""
    plainly(_verify, folder, name)


def _verify(folder, name):
    from helpers.reruns.store import Store
    from helpers.reruns.verify import repeat

    if not Path(folder, "runs").is_dir():
        raise RerunError(f"DIR must be a folder of reruns, got {folder}")
    store = Store(Path(folder))
    if not store.names():
        raise RerunError(f"there is no finished run in {folder}")
    name = name or store.names()[0]
    if found := repeat(store, name):
        raise RerunError("\n".join([f"{name} came out different:", *found]))
    click.echo(f"{name} came out the same, to the last bit.")


def plainly(action, *arguments) -> None:
    """Do something; what stops it is told in plain words, with exit code 1."""
    try:
        action(*arguments)
    except RerunError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("\nInterrupted. Finished runs are kept; the same command goes on.", err=True)
        sys.exit(130)
