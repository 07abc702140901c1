"""Images in a notebook, as a network sees them."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image

from helpers.data.named import NamedDataset

MOST = 20  # that are shown; of more, the first ones
SIDE = 96  # of each, in pixels of the screen


@dataclass(frozen=True)
class Pictures:
    """Images, which a notebook shows enlarged, with their names below.

    Attributes:
        by_name: values from 0 to 1, shape (rows, columns, channels), 1 or 3 channels.
    """

    by_name: Mapping[str, np.ndarray]

    def _repr_html_(self) -> str:
        shown = list(self.by_name.items())[:MOST]
        more = f"<p>{len(self.by_name) - MOST} more are not shown.</p>"
        return (
            '<div style="display: flex; flex-wrap: wrap; gap: 1em">'
            f"{''.join(_figure(name, pixels) for name, pixels in shown)}</div>"
            f"{more * (len(self.by_name) > MOST)}"
        )

    def __repr__(self) -> str:
        """As plain text, with the sizes."""
        sizes = (f"{name}: {' x '.join(map(str, x.shape))}" for name, x in self.by_name.items())
        return "\n".join(sizes)


def first_of_each_class(data: NamedDataset) -> Pictures:
    """The first training image of each class of ``data``."""
    labels = data.y_train.argmax(axis=1)
    return Pictures(
        {name: data.x_train[(labels == i).argmax()] for i, name in enumerate(data.classes)}
    )


def _figure(name: str, pixels: np.ndarray) -> str:
    file = io.BytesIO()
    values = np.rint(255 * pixels).astype("uint8")
    Image.fromarray(values.squeeze(axis=2) if values.shape[2] == 1 else values).save(file, "png")
    source = base64.b64encode(file.getvalue()).decode()
    return (
        '<figure style="margin: 0">'
        f'<img src="data:image/png;base64,{source}" alt="{escape(name)}" width="{SIDE}" '
        f'height="{SIDE}" style="image-rendering: pixelated">'
        f"<figcaption>{escape(name)}</figcaption></figure>"
    )
