"""Shows the figure of the sweep in the README: copies it from its executed chapter.

python book/_ext/picture.py
"""

from chapters import ROOT, executed
from records import displayed

SVG = "image/svg+xml"
chapter = ROOT / "notebooks" / "06_batch_size_sweep.ipynb"
for cell, output in displayed(executed(chapter), SVG):
    if cell.metadata.mystnb.figure.name == "fig-sweep":
        (ROOT / "book" / "_static" / "sweep.svg").write_text(output.data[SVG], encoding="utf-8")
