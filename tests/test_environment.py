"""The lists of packages agree: pyproject.toml, the lock, environment.yml, and what is installed."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
LISTS = [
    PROJECT["dependencies"],
    *PROJECT["optional-dependencies"].values(),
    *PYPROJECT["dependency-groups"].values(),
]
LINES = [line for listed in LISTS for line in listed if isinstance(line, str)]
DIRECT = [r for r in map(Requirement, LINES) if r.name != PROJECT["name"]]
LOCK = (ROOT / "requirements.lock").read_text()
ENTRIES = [entry for entry in re.split(r"\n(?=\S)", LOCK) if not entry.startswith("#")]
PINS = [Requirement(entry.split(" \\")[0]) for entry in ENTRIES]
PYTHONS = ["3.11", "3.12", "3.13"]
PLATFORMS = {"linux": "posix", "darwin": "posix", "win32": "nt"}
NAMED = "jupyter-book tensorflow keras scikit-learn matplotlib nbmake papermill xarray jupyterlab"
REGISTRIES = rb"pypi\.org|pythonhosted\.org|anaconda\.org|npmjs\.|index[-_]url|find[-_]links"


def pinned(pin: Requirement) -> str:
    return next(iter(pin.specifier)).version


def project_files() -> Iterator[Path]:
    ignored = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split())]
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not any(fnmatch(name, i) for i in ignored)]
        yield from (Path(folder, name) for name in names)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_each_dependency_has_one_pin_within_its_range(python, platform):
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.99",
        "sys_platform": platform,
        "os_name": PLATFORMS[platform],
    }
    pins = [pin for pin in PINS if pin.marker is None or pin.marker.evaluate(environment)]
    wrong = {}
    for requirement in DIRECT:
        name = canonicalize_name(requirement.name)
        versions = [pinned(pin) for pin in pins if pin.name == name]
        if len(versions) != 1 or versions[0] not in requirement.specifier:
            wrong[str(requirement)] = versions
    assert wrong == {}, "run `make lock`"


def test_lock_holds_nothing_that_the_project_no_longer_asks_for():
    direct = {entry.split("==")[0] for entry in ENTRIES if "(pyproject.toml" in entry}
    assert direct == {canonicalize_name(requirement.name) for requirement in DIRECT}


def test_every_pin_has_hashes():
    assert [entry.split()[0] for entry in ENTRIES if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", NAMED.split())
def test_named_packages_are_dependencies(name):
    assert name in {requirement.name for requirement in DIRECT}


def test_jupyter_book_stays_in_its_first_version():
    [book] = [requirement for requirement in DIRECT if requirement.name == "jupyter-book"]
    assert not book.specifier.contains("2.0")


def test_installed_packages_are_the_locked_ones():
    locked = {pin.name: pinned(pin) for pin in PINS if pin.marker is None or pin.marker.evaluate()}
    installed = {name: importlib.metadata.version(name) for name in locked}
    assert installed == locked, "run `make book`, which installs the lock"


def test_helpers_are_installed_from_here():
    site_packages = [sysconfig.get_path("purelib")]
    [helpers] = importlib.metadata.distributions(name=PROJECT["name"], path=site_packages)
    assert helpers.version == PROJECT["version"]
    origin = json.loads(helpers.read_text("direct_url.json"))
    assert origin == {"dir_info": {"editable": True}, "url": ROOT.as_uri()}


def test_conda_environment_is_the_lock_and_a_pinned_python():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, packages = environment["dependencies"]
    assert environment["name"] == PROJECT["name"]
    assert python.removeprefix("python=") in PYTHONS
    assert (pip, packages) == ("pip", {"pip": ["-r requirements.lock"]})


@pytest.mark.parametrize("file", ["Makefile", "postBuild"])
def test_helpers_are_installed_without_dependencies_of_their_own(file):
    assert "-m pip install --no-deps --no-build-isolation -e ." in (ROOT / file).read_text()


def test_supported_pythons_are_the_same_everywhere():
    workflow = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == PYTHONS
    supported = Requirement(f"python{PROJECT['requires-python']}").specifier
    candidates = [f"3.{minor}" for minor in range(9, 17)]
    assert [python for python in candidates if supported.contains(python)] == PYTHONS
    assert "(3, 11) <= v <= (3, 13)" in (ROOT / "Makefile").read_text()


def test_no_file_names_a_registry():
    named = [path for path in project_files() if re.search(REGISTRIES, path.read_bytes())]
    assert named == []


@pytest.mark.slow
def test_make_alone_lists_every_target():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = ["book", "check", "test", "lab", "serve", "bench", "lock", "format", "clean"]
    assert [name for name in targets if not re.search(rf"make {name} +\w+", listed)] == []


def test_readme_names_the_two_commands_and_only_files_that_exist():
    readme = (ROOT / "README.md").read_text()
    links = re.findall(r"\]\(([^):]+)\)", readme)
    assert "make book" in readme and "make test" in readme
    assert links and [link for link in links if not (ROOT / link).exists()] == []


def test_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]


@pytest.mark.slow
def test_without_a_browser_the_error_says_what_was_tried(tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    code = "import install_browser as i; i.APPLICATIONS = []; i.chromium()"
    nothing = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "none")}
    tried = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "tests",
        env=nothing,
        capture_output=True,
        text=True,
    )
    assert "NoBrowserError: No Chromium starts here" in tried.stderr
    assert f"\n{broken}: " in tried.stderr and "\nPlaywright's own Chromium: " in tried.stderr
