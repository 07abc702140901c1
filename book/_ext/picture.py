"""Shows two figures in the README: copies them from their executed chapters.

python book/_ext/picture.py
"""

from chapters import ROOT, executed
from records import displayed

SVG = "image/svg+xml"
PICTURES = {  # file in `_static`: chapter and figure
    "regimes.svg": ("14_critical_batch_size", "fig-three-regimes"),
    "knob.svg": ("07_one_knob", "fig-one-knob"),
}

if __name__ == "__main__":
    for file, (chapter, name) in PICTURES.items():
        for cell, output in displayed(executed(ROOT / "notebooks" / f"{chapter}.ipynb"), SVG):
            if cell.metadata.mystnb.figure.name == name:
                path = ROOT / "book" / "_static" / file
                path.write_text(output.data[SVG], encoding="utf-8")
