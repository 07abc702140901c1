"""Measure every page of the built site as a phone sees it, with Lighthouse.

    python tests/audit.py [part of a page's name …]

prints a table, and fails when a page falls below a limit. Performance is the median of three runs;
the other scores do not depend on the machine. Leave the machine alone meanwhile.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from conftest import SITE
from install_browser import chromium
from playwright.sync_api import sync_playwright
from site_server import serve

LIGHTHOUSE = Path(__file__).parent / "lighthouse/node_modules/lighthouse/cli/index.js"
FLAGS = "--headless=new --no-sandbox --disable-gpu"
LIMITS = {"performance": 90, "accessibility": 100, "best-practices": 100}
SCORES = [*LIMITS, "seo"]
RUNS = 3


def run(url: str, categories: list[str], executable: str) -> dict:
    """Return the report of one run of Lighthouse, on its phone profile."""
    command = ["node", str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--chrome-flags={FLAGS}"]
    command.append(f"--only-categories={','.join(categories)}")
    environment = {**os.environ, "CHROME_PATH": executable}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"Lighthouse failed on {url}:\n{done.stderr}")
    report = json.loads(done.stdout)
    if message := report.get("runtimeError", {}).get("message"):
        sys.exit(f"Lighthouse failed on {url}:\n{message}")
    return report


def score(report: dict, category: str) -> int:
    """Return a score out of 100; what could not be measured counts as nothing."""
    return round(100 * (report["categories"][category]["score"] or 0))


def shortcomings(report: dict) -> Iterator[str]:
    """Yield what costs points in the categories that must be whole."""
    for category in ("accessibility", "best-practices"):
        for reference in report["categories"][category]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                items = audit.get("details", {}).get("items", [])
                places = [item.get("node", {}).get("selector", "") for item in items]
                yield f"{audit['title']} {', '.join(filter(None, places))}".strip()


def measure(url: str, executable: str) -> tuple[dict[str, int], int, int, list[str]]:
    """Return scores, bytes as sent, number of requests, and what falls short."""
    report = run(url, SCORES, executable)
    more = [run(url, ["performance"], executable) for _ in range(RUNS - 1)]
    scores = {category: score(report, category) for category in SCORES}
    speeds = [score(one, "performance") for one in [report, *more]]
    scores["performance"] = round(statistics.median(speeds))
    weight = round(report["audits"]["total-byte-weight"]["numericValue"])
    requests = len(report["audits"]["network-requests"]["details"]["items"])
    return scores, weight, requests, list(shortcomings(report))


def browser() -> str:
    """Return the path of the Chromium that the tests drive."""
    executable = chromium()
    with sync_playwright() as playwright:
        return executable or playwright.chromium.executable_path


def main(wanted: list[str]) -> None:
    """Measure the pages whose names have one of the given parts in them, or all."""
    names = [str(file.relative_to(SITE).with_suffix("")) for file in sorted(SITE.rglob("*.html"))]
    names.remove("index")  # which leads on at once
    names = [name for name in names if not wanted or any(part in name for part in wanted)]
    executable, failures = browser(), []
    print(f"{'page':44}{'performance':>12}{'accessibility':>14}{'best practices':>15}", end="")
    print(f"{'SEO':>5}{'kB sent':>9}{'requests':>10}", flush=True)
    with serve(SITE) as address:
        for name in names:
            scores, weight, requests, short = measure(f"{address}{name}.html", executable)
            one, two, three, seo = scores.values()
            print(f"{name:44}{one:12}{two:14}{three:15}{seo:5}{weight / 1e3:9.0f}{requests:10}")
            for line in short:
                print(f"    {line}")
            sys.stdout.flush()
            failures += [
                f"{name}: {category} {scores[category]}, must be {limit} or more"
                for category, limit in LIMITS.items()
                if scores[category] < limit
            ]
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main(sys.argv[1:])
