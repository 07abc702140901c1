"""Offers readers to launch, edit or report a page, once the repository's address is known.

It is given in one place, `repository_url` in `_config.yml`. Without it there is no button and no
text about it.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

BUTTONS = ("use_edit_page_button", "use_issues_button", "use_repository_button")
BINDER = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}
COLAB = {"colab_url": "https://colab.research.google.com"}  # it opens notebooks of GitHub only


def address(config: Config) -> str:
    """Return the address of the repository, or an empty string."""
    return (config.html_theme_options.get("repository_url") or "").rstrip("/")


def add_buttons(app: Sphinx, config: Config) -> None:
    """Switch on the theme's links to the repository."""
    if address(config):
        config.html_theme_options |= dict.fromkeys(BUTTONS, True)


def add_launch_buttons(app: Sphinx, page: str, *context: Any) -> None:
    """Switch the theme's launch buttons on for notebooks, and off for pages of text."""
    url, options = address(app.config), app.config.html_theme_options
    is_notebook = page in app.env.found_docs and app.env.doc2path(page).endswith(".ipynb")
    launch = BINDER | (COLAB if "//github.com/" in url else {})
    options["launch_buttons"] = launch if url and is_notebook else {}


class IfRepository(SphinxDirective):
    """Text for readers of a site whose repository is known; REPOSITORY in it is its address."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the text, or nothing."""
        self.env.note_dependency(str(Path(self.env.srcdir, "_config.yml")))
        url = address(self.config)
        if not url:
            return []
        return self.parse_text_to_nodes("\n".join(self.content).replace("REPOSITORY", url))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("if-repository", IfRepository)
    app.connect("config-inited", add_buttons)
    app.connect("html-page-context", add_launch_buttons, priority=400)  # before the theme's own
