"""Makes every page private, light, and the same from a server or a disk.

When the build is finished, every HTML file gets a Content-Security-Policy that allows scripts from
the site's own files only. What the theme and its extensions write into pages against that policy
moves into files. Scripts wait until the text is there, icons are drawn in the page, images say how
large they are, and files that no page asks for are removed.
"""

import hashlib
import re
import shutil
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import icons
from bs4 import BeautifulSoup, Tag
from PIL import Image
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'self'",
    ]
)
FIRST_SCRIPT = (
    "_static/site.js"  # sets the theme before the page is drawn; all others wait for the text
)
REPLACED = ["fontawesome.js", "dataset.theme =", "DOCUMENTATION_OPTIONS."]  # by icons, site.js
SEARCH = ["searchtools.js", "language_data.js", "searchindex.js"]
HANDLED = ["window.print()"]  # by site.js
UNUSED = ["fontawesome", "fontawesome.js*", "locales", "*.map", "*webpack-macros.html"]
UNUSED += ["regimes.svg", "knob.svg"]  # the pictures in the README
FONT_AWESOME = re.compile(
    r"@font-face\{[^{}]*fontawesome[^{}]*\}"
    r'|(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}'
)


def is_script(script: Tag) -> bool:
    """Return whether a browser runs it, rather than keeps it as data."""
    return script.get("type", "text/javascript") in ("text/javascript", "module", "")


def move_scripts(page: BeautifulSoup, root: str, folder: Path) -> None:
    """Move scripts in the page into files of the folder, drop those replaced, and let all wait."""
    searches = page.select_one("#search-results") is not None
    seen = set()
    for script in filter(is_script, page("script")):
        source, code = script.get("src", ""), script.get_text().strip()
        if any(part in (source or code) for part in REPLACED) or (
            not searches and any(part in source for part in SEARCH)
        ):
            script.decompose()
            continue
        if not source:
            file = folder / f"moved-{hashlib.sha256(code.encode()).hexdigest()[:12]}.js"
            file.write_text(f"{code}\n", encoding="utf-8")
            script.clear()
            source = script["src"] = f"{root}_static/{file.name}"
        if source in seen:
            script.decompose()
            continue
        seen.add(source)
        if FIRST_SCRIPT not in source:
            script["defer"] = ""
    for link in page("link", rel="preload"):
        link.decompose()


def move_handlers(page: BeautifulSoup) -> None:
    """Remove the event handlers that `site.js` stands in for.

    Raises:
        ExtensionError: if an element has another one.
    """
    for element in page(True):
        for name in [name for name in element.attrs if name.lower().startswith("on")]:
            if element[name].strip() not in HANDLED:
                raise ExtensionError(
                    f"{name}={element[name]!r}: scripts stand in files, handlers in site.js."
                )
            del element[name]


def size(file: Path) -> tuple[int, int]:
    """Return width and height of an image in pixels of CSS."""
    if file.suffix != ".svg":
        with Image.open(file) as image:
            return image.size
    head = file.read_text(encoding="utf-8").partition("<svg")[2].partition(">")[0]
    unit = 4 / 3 if re.search(r'\swidth="[\d.]+pt"', head) else 1
    sides = re.findall(r'\s(?:width|height)="([\d.]+)(?:pt|px)?"', head)
    if len(sides) < 2:
        sides = re.search(r'\sviewBox="([^"]+)"', head)[1].split()[2:]
    width, height = (round(float(side) * unit) for side in sides)
    return width, height


def measure_images(page: BeautifulSoup, folder: Path) -> None:
    """Give the page's own images their size; all but the first load as the reader comes near."""
    for number, image in enumerate(page("img")):
        source = urlsplit(image["src"])
        file = folder / unquote(source.path)
        if not (source.scheme or image.get("height")) and file.is_file():
            image["width"], image["height"] = size(file)
        if number and not image.get("loading"):
            image["loading"] = "lazy"


def head_tables(page: BeautifulSoup) -> None:
    """Say what the headers of the tables of pandas head; an empty one heads nothing."""
    for header in page.select("table.dataframe th"):
        if not header.get_text().strip():
            header.name = "td"
        else:
            header["scope"] = "col" if header.find_parent("thead") else "row"


def pages(site: Path) -> list[Path]:
    """Return the HTML files of the site."""
    files = sorted(site.rglob("*.html"))
    return [file for file in files if not file.relative_to(site).parts[0].startswith("_")]


def finish_page(file: Path, site: Path) -> None:
    """Finish one page; one that is finished already stays as it is."""
    page = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    if page.head is None or page.head.find("meta", {"http-equiv": "Content-Security-Policy"}):
        return
    root = "../" * (len(file.relative_to(site).parts) - 1)
    try:
        move_scripts(page, root, site / "_static")
        move_handlers(page)
        for icon in page.select(icons.MARKED):
            icons.draw(icon)
        measure_images(page, file.parent)
        head_tables(page)
    except ExtensionError as error:
        raise ExtensionError(f"{file.relative_to(site)}: {error}") from error
    policy = page.new_tag("meta", attrs={"http-equiv": "Content-Security-Policy"})
    policy["content"] = POLICY
    page.head.insert(0, policy)
    file.write_text(str(page), encoding="utf-8")


def remove_unused(site: Path) -> None:
    """Remove what the theme brings in vain, and the images of earlier builds."""
    for pattern in UNUSED:
        for path in list((site / "_static").rglob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    text = "".join(file.read_text(encoding="utf-8") for file in pages(site))
    for image in site.glob("_images/*"):
        if quote(image.name) not in text:
            image.unlink()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Finish every page of the site, and remove what none of them uses."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for file in pages(site):
        finish_page(file, site)
    for style in (site / "_static" / "styles").glob("*.css"):
        style.write_text(FONT_AWESOME.sub("", style.read_text(encoding="utf-8")), encoding="utf-8")
    remove_unused(site)


def key() -> str:
    """Return a digest of this module and of the files that come with the pages."""
    here = Path(__file__).parent
    files = [here / "icons.py", here / "light_pages.py", *sorted(here.parent.rglob("_static/**/*"))]
    digest = hashlib.sha256()
    for file in filter(Path.is_file, files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the last touch, after whatever else happens to finished pages."""
    app.add_config_value("light_pages_key", key(), "html")  # all are written again if it changes
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
