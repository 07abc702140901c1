"""The tables of the bench, as Markdown."""

import importlib.metadata
import platform
import shutil
import statistics
import subprocess
from dataclasses import dataclass
from datetime import date

import psutil

from benchmarks.chapters import FEW, MORE, SCALED
from benchmarks.measure import LONG, Samples
from benchmarks.speed import BATCH_SIZES
from helpers import provenance

ONE_SEED = {1: 100, 32: 12, 500: 8}  # demanded: times faster than `fit`, compilation included
PER_REPLICATE = {1: 1500, 32: 300, 500: 200}  # the same per replicate, without compilation
RACE = {"SGD": 100, "Adam": 40}  # epochs per second of all lanes together
CHAPTERS = 8  # times faster than the tutorial's programs
CHAPTER_SECONDS = 60
CHAPTER_BYTES = 3 * 2**30


@dataclass(frozen=True)
class Settings:
    """How much is run."""

    epochs: int = 200
    fit_epochs: int = 11  # of `fit` at batch 1: one to warm up and ten to scale from
    n_seeds: int = 30
    times: int = 3
    full: bool = False  # run the programs with batch 1 whole instead of scaling


def results(samples: Samples, settings: Settings, load: float) -> str:
    """Return all that was measured, as Markdown; what was not measured has no row."""
    parts = [
        f"Measured on {date.today().isoformat()} in one go. {machine()} "
        f"Load before the bench: {load:.1f} processes.",
        versions(),
        speed_table(samples, settings),
        race_table(samples),
        chapters_table(samples),
        programs_table(samples, settings),
        "A time or a speed is the median, with the smallest and the largest in brackets. "
        f"What takes more than {LONG} s is measured once.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def speed_table(samples: Samples, settings: Settings) -> str:
    """Compare the contestants with `model.fit`, and the chapters with the tutorial."""
    scaled = f" ({settings.fit_epochs} epochs, scaled)"
    cold = {
        size: f"`fit`, batch {size}{scaled if size == 1 and not settings.full else ''}"
        for size in BATCH_SIZES
    }
    warm = {size: f"warm {name}" for size, name in cold.items()}
    replicate = f"trainer, one of {settings.n_seeds} seeds, without compilation"
    programs = "the tutorial's six programs, one seed"

    # What was measured, its key, what it is compared with, that one's key, demanded ratio.
    comparisons = [
        *[
            (
                f"trainer, one seed, with compilation, batch {b}",
                ("trainer", b),
                cold[b],
                ("fit", b),
                demanded,
            )
            for b, demanded in ONE_SEED.items()
        ],
        *[
            (f"{replicate}, batch {b}", ("replicate", b), warm[b], ("warm fit", b), demanded)
            for b, demanded in PER_REPLICATE.items()
        ],
        *[
            (f"MLPClassifier, batch {b}", ("classifier", b), cold[b], ("fit", b), None)
            for b in BATCH_SIZES
        ],
        ("plain C loop, batch 1", ("c", 1), warm[1], ("warm fit", 1), None),
        ("the six chapters, all seeds", ("chapters",), programs, ("programs",), CHAPTERS),
    ]
    totals = {("chapters",): total(samples, "chapter"), ("programs",): total(samples, "program")}
    samples = samples | {key: values for key, values in totals.items() if values}
    rows = [
        [what, time_text(samples[key]), against, time_text(samples.get(other)), *ratio]
        for what, key, against, other, demanded in comparisons
        if key in samples
        for ratio in [ratio_cells(samples[key], samples.get(other), demanded)]
    ]
    return markdown(["measured", "time", "against", "time", "ratio", "demanded", "met"], rows)


def race_table(samples: Samples) -> str:
    """Set the speed of the lanes that train in a page beside what is demanded."""
    rows = []
    for optimizer in names(samples, "race"):
        speeds, demanded = samples["race", optimizer], RACE[optimizer]
        cells = ["not measured", f"≥ {demanded}", "–"]
        if speeds:
            middle = statistics.median(speeds)
            spread = f" ({min(speeds):.0f} to {max(speeds):.0f})" if len(speeds) > 1 else ""
            cells = [f"{middle:.0f}{spread}", f"≥ {demanded}", met(middle >= demanded)]
        rows.append([f"race in the page, {optimizer}", *cells])
    return markdown(["measured", "epochs per second", "demanded", "met"], rows)


def chapters_table(samples: Samples) -> str:
    """Set time and peak memory of each chapter beside their limits."""
    rows = []
    for name in names(samples, "chapter"):
        seconds, peak = samples["chapter", name], max(samples["memory", name])
        rows.append(
            [
                name,
                time_text(seconds),
                met(statistics.median(seconds) <= CHAPTER_SECONDS),
                f"{peak / 2**30:.2f} GiB",
                met(peak <= CHAPTER_BYTES),
            ]
        )
    limits = [f"at most {CHAPTER_SECONDS} s", f"at most {CHAPTER_BYTES / 2**30:.0f} GiB"]
    kind = "PSS" if psutil.LINUX else "USS"
    header = ["chapter", "time", limits[0], f"peak memory of all processes ({kind})", limits[1]]
    return markdown(header, rows)


def programs_table(samples: Samples, settings: Settings) -> str:
    """List the time of each of the tutorial's programs."""
    scaled = f"from {FEW} and {MORE} epochs, scaled to {settings.epochs}"
    rows = [
        [
            f"`{name}.py`",
            time_text(samples["program", name]),
            scaled if name in SCALED and not settings.full else "whole",
        ]
        for name in names(samples, "program")
    ]
    return markdown(["program of the tutorial", "time", "measured"], rows)


def names(samples: Samples, kind: str) -> list[str]:
    """Return what was measured of one kind, in the order of measuring."""
    return [key[1] for key in samples if key[0] == kind]


def total(samples: Samples, kind: str) -> list[float]:
    """Return the sum of the medians of one kind as the only sample, or none."""
    medians = [statistics.median(samples[kind, name]) for name in names(samples, kind)]
    return [sum(medians)] if medians else []


def ratio_cells(values: list[float], other: list[float] | None, demanded: int | None) -> list[str]:
    """Return the cells ratio, demanded and met; a dash where there is nothing to say."""
    wanted = f"≥ {demanded}" if demanded else "–"
    if not values or not other:
        return ["–", wanted, "–"]
    ratio = statistics.median(other) / statistics.median(values)
    return [f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}", wanted] + [
        met(ratio >= demanded) if demanded else "–"
    ]


def met(condition: bool) -> str:
    """Return the word for a demand that is met or not."""
    return "yes" if condition else "**no**"


def time_text(values: list[float] | None) -> str:
    """Return the median and the spread of some seconds."""
    if not values:
        return "not measured"
    text = seconds_text(statistics.median(values))
    if len(values) == 1:
        return text
    return f"{text} ({seconds_text(min(values))} to {seconds_text(max(values))})"


def seconds_text(seconds: float) -> str:
    """Return seconds with three digits and a unit that suits them.

    >>> seconds_text(1942), seconds_text(0.0081)
    ('1942 s', '8.1 ms')
    """
    if seconds >= 100:
        return f"{seconds:.0f} s"
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table, or nothing without rows."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if rows else ""


def machine() -> str:
    """Name processor, cores, memory and system."""
    memory = psutil.virtual_memory().total / 2**30
    system = platform.system()
    if system == "Linux":
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"Machine: {provenance.processor()}, {memory:.0f} GiB of memory, {system}."


def versions() -> str:
    """Name the versions of Python, the libraries and the C compiler."""
    libraries = ["TensorFlow", "Keras", "NumPy", "scikit-learn"]
    found = [f"{name} {importlib.metadata.version(name)}" for name in libraries]
    compiler = "no C compiler, so no C loop"
    if shutil.which("cc"):
        shown = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True)
        compiler = f"C compiler {shown.stdout.splitlines()[0]}"
    return f"Versions: {', '.join([f'Python {platform.python_version()}', *found, compiler])}."
