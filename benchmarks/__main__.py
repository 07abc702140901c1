"""`python -m benchmarks`: measure everything side by side and write benchmarks/results.md."""

import argparse
import os
from pathlib import Path

from benchmarks import chapters, limit, race, speed
from benchmarks.table import Settings, results

RESULTS = Path(__file__).with_name("results.md")
QUICK = Settings(epochs=5, fit_epochs=3, n_seeds=3, times=1)


def main() -> None:
    """Measure what was asked for, print the tables, and write them if everything was measured."""
    parts = {
        "trainer": lambda s: speed.measure_trainer(s.epochs, s.fit_epochs, s.n_seeds, s.times),
        "classifier": lambda s: speed.measure_classifier(s.epochs, s.times),
        "c": lambda s: limit.measure_c_loop(s.epochs, s.times),
        "race": lambda s: race.measure_race(s.epochs, s.times),
        "chapters": lambda s: chapters.measure_chapters(s.times),
        "programs": lambda s: chapters.measure_programs(s.epochs, s.full, s.times),
    }
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", choices=parts, action="append", help="measure this part (may be repeated)"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="scale nothing: batch 1 runs whole")
    size.add_argument("--quick", action="store_true", help="see whether the bench itself runs")
    arguments = parser.parse_args()

    settings = QUICK if arguments.quick else Settings()
    if arguments.full:
        settings = Settings(fit_epochs=settings.epochs, full=True)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    chosen = arguments.only or list(parts)
    if "chapters" in chosen:
        chapters.find_chapters()  # stop now, not after minutes, if one is missing
    load = os.getloadavg()[0]
    samples = {}
    for name in chosen:
        print(f"{name}:", flush=True)
        samples |= parts[name](settings)
    text = results(samples, settings, load)
    print(f"\n{text}")
    if arguments.only or arguments.quick:
        print(f"{RESULTS.name} is left as it was: it holds whole runs only.")
    else:
        write_whole(RESULTS, text)
        print(f"Written to benchmarks/{RESULTS.name}.")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees a part of it."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    main()
