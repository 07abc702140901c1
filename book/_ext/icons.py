"""Spares readers a script of 1.5 MB: icons are drawn while the book is built.

The theme marks an icon by `<i class="fa-solid fa-download">`, and loads a script of 1.5 MB that
draws it when the page is read. Here the same drawing is put into the page itself, and the script
is left out. The drawings are those of the theme's own copy of Font Awesome Free (CC BY 4.0).
"""

import functools
import re
from pathlib import Path

import pydata_sphinx_theme
from bs4 import BeautifulSoup, Tag
from sphinx.errors import ExtensionError

SCRIPT = Path(pydata_sphinx_theme.__file__).parent / (
    "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"
)
# In the script, the drawings of a style stand before the place that names the style.
STYLES = {"fab": "fab", "far": "far", "fas": "fas"} | {
    "fa-brands": "fab",
    "fa-regular": "far",
    "fa-solid": "fas",
}
MARKED = ", ".join(f".{name}" for name in STYLES)


@functools.cache
def drawings() -> dict[str, str]:
    """Return the part of the theme's script that draws each style."""
    text, parts = SCRIPT.read_text(encoding="utf-8"), {}
    for style in ["fab", "far", "fas"]:
        parts[style], _, text = text.partition(f'("{style}",')
    return parts


@functools.cache
def drawing(style: str, name: str) -> tuple[str, str, str] | None:
    """Return width, height and path of an icon by its name or another name of it, or None."""
    key = rf'(?<=[{{,])"?{re.escape(name)}"?:\[(\d+),(\d+),\[[^\]]*\],"\w+","([^"]+)"\]'
    alias = rf':\[(\d+),(\d+),\[[^\]]*"{re.escape(name)}"[^\]]*\],"\w+","([^"]+)"\]'
    found = re.search(key, drawings()[style]) or re.search(alias, drawings()[style])
    return found.groups() if found else None


def draw(icon: Tag) -> None:
    """Turn an element that marks an icon into its drawing.

    Raises:
        ExtensionError: if the theme has no such icon.
    """
    classes = icon["class"]
    style = next(STYLES[name] for name in classes if name in STYLES)
    names = [name.removeprefix("fa-") for name in classes if name.startswith("fa-")]
    found = next(filter(None, (drawing(style, name) for name in names)), None)
    if found is None:
        raise ExtensionError(f"The theme has no icon {' '.join(classes)}.")
    width, height, path = found
    icon.name = "svg"
    icon["class"] = ["svg-inline--fa", *(name for name in classes if name not in STYLES)]
    icon["viewBox"] = f"0 0 {width} {height}"
    icon["aria-hidden"] = "true"
    icon.clear()
    icon.append(BeautifulSoup(f'<path fill="currentColor" d="{path}"/>', "html.parser").path)
