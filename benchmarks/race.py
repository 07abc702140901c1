"""The engine of the race in Chromium: three lanes that train in a part of every frame."""

import sys
from functools import partial
from pathlib import Path

from benchmarks.measure import Samples, in_fresh_process, repeat
from benchmarks.speed import BATCH_SIZES, LEARNING_RATE, MOMENTUM

ROOT = Path(__file__).resolve().parents[1]
SLICE = 8  # milliseconds of a frame in which lanes may train
OPTIMIZERS = {
    "SGD": {"optimizer": "SGD", "momentum": MOMENTUM, "learningRate": LEARNING_RATE},
    "Adam": {"optimizer": "Adam", "learningRate": 0.001},
}
# The lanes take turns, an epoch each, while the next one's last epoch would still fit into the
# slice. Resolves to the epochs per second from the first frame to the end.
RACE = """([problem, lanes, epochs, slice]) => new Promise((resolve) => {
  const running = lanes.map((settings) => start(problem, { nHidden: 50, seed: 1000, ...settings }));
  const took = lanes.map(() => 0);
  const over = () => running.at(-1).epochs === epochs;
  let next = 0;
  let began;
  function frame() {
    const opened = performance.now();
    let now = opened;
    began ??= opened;
    do {
      running[next].epoch();
      took[next] = performance.now() - now;
      now += took[next];
      next = (next + 1) % lanes.length;
    } while (!over() && now - opened + took[next] <= slice);
    if (over()) resolve((1000 * epochs) / (now - began));
    else requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);
})"""


def race(executable: str | None, optimizer: str, epochs: int) -> dict[tuple, float]:
    """Train three lanes together in a new Chromium: epochs per second."""
    from playwright.sync_api import sync_playwright
    from race_lanes import START, problem

    from helpers.data.synthetic import blobs

    lanes = [{"batchSize": size, **OPTIMIZERS[optimizer]} for size in BATCH_SIZES]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=ROOT / "book" / "_static" / "race_engine.js")
        page.add_script_tag(content=START)
        speed = page.evaluate(RACE, [problem(blobs()), lanes, epochs, SLICE])
        browser.close()
    return {("race", optimizer): speed}


def measure_race(epochs: int, times: int) -> Samples:
    """Measure the race with each optimizer; without Chromium it is listed with no sample."""
    sys.path.append(str(ROOT / "tests"))  # they know how to find Chromium and to start lanes
    from install_browser import NoBrowserError, chromium

    try:
        executable = chromium()
    except NoBrowserError as error:
        print(f"  the race is not measured: {str(error).splitlines()[0]}")
        return {("race", optimizer): [] for optimizer in OPTIMIZERS}
    return repeat(
        {
            f"race in the page, {optimizer}": partial(
                in_fresh_process, race, executable, optimizer, epochs
            )
            for optimizer in OPTIMIZERS
        },
        times,
    )
