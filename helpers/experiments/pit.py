"""A loss with a shallow minimum beside a deep one: a sine fitted to noisy samples of a sine.

It is that of the chapter that writes the loop in NumPy. The weights are frequency w and phase b.
"""

from bisect import bisect_left

import numpy as np
from scipy import ndimage

MESH = np.linspace(0.7, 3.9, 97), np.linspace(-2, 5.2, 145)  # of w and of b
FREQUENCY, NOISE = 3, 0.3  # of the sine that made the samples, and of its labels
DESCENT = 100  # updates of all samples, at half of the limit, that show where a run would end


class Pit:
    """The samples, their loss on a mesh, and its two lowest minima.

    Args:
        n_train: samples, at least 20.
        data_seed: seed of their noise.

    Attributes:
        halfway: a loss between those of the two minima.
        below_rim: places in the shallow pit from which no way leads out that goes downhill, shape
            (n, 2).
        limit: the largest stable learning rate of the full batch at the deep minimum, 2 / λ.
    """

    def __init__(self, n_train: int, data_seed: int):
        """Find both minima, the rim of the shallow pit, and the curvature of the deep one."""
        self.x = np.linspace(-3, 3, n_train)
        noise = np.random.default_rng(data_seed).normal(0, NOISE, n_train)
        self.y = np.sin(FREQUENCY * self.x) + noise
        mesh = np.stack(np.meshgrid(*MESH), axis=-1)  # (b, w, 2)
        surface = self.loss(mesh)
        lowest = ndimage.minimum_filter(surface, size=3, mode="constant", cval=-1)
        minima = [tuple(place) for place in np.argwhere(surface == lowest)]
        deep, shallow = sorted(minima, key=lambda place: surface[place])[:2]

        def pool(level):
            areas, _ = ndimage.label(surface < level)
            return areas == areas[shallow]

        def leads_out(level):
            return surface[pool(level)].min() < surface[shallow]

        levels = np.unique(surface[surface > surface[shallow]])
        rim = levels[bisect_left(levels, True, key=leads_out) - 1]
        self.below_rim = mesh[pool(rim)]
        self.halfway = (surface[deep] + surface[shallow]) / 2
        self.limit = 2 / self._curvature(mesh[deep])

    def loss(self, weights: np.ndarray) -> np.ndarray:
        """Mean halved squared error on all samples, of weights (w, b) of shape (..., 2)."""
        z = weights[..., :1] * self.x + weights[..., 1:]
        return np.mean((np.sin(z) - self.y) ** 2, axis=-1) / 2

    def _curvature(self, weights):
        z = weights[0] * self.x + weights[1]
        bend = np.cos(z) ** 2 - (np.sin(z) - self.y) * np.sin(z)
        rows = np.stack([self.x, np.ones(len(self.x))])
        return np.linalg.eigvalsh((bend * rows) @ rows.T / len(self.x)).max()

    def gradient(self, weights: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Mean gradient of a batch of each run.

        Args:
            weights: shape (n_seeds, n_rates, 2).
            samples: indices, shape (n_seeds, batch_size), shared by the learning rates.
        """
        x, y = self.x[samples][:, None], self.y[samples][:, None]
        z = weights[..., :1] * x + weights[..., 1:]
        slope = (np.sin(z) - y) * np.cos(z)
        return np.stack([(slope * x).mean(axis=-1), slope.mean(axis=-1)], axis=-1)

    def ends_deep(self, weights: np.ndarray) -> np.ndarray:
        """Whether descent on all samples leads to the deep minimum, or to its mirror image.

        Args:
            weights: shape (n_seeds, n_rates, 2).

        Returns:
            Truth values, shape (n_seeds, n_rates).
        """
        everything = np.tile(np.arange(len(self.x)), (len(weights), 1))
        for _ in range(DESCENT):
            weights = weights - self.limit / 2 * self.gradient(weights, everything)
        return self.loss(weights) < self.halfway
