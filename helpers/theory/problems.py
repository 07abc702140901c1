"""Losses of which SGD is understood exactly: quadratics, with the noise of their gradients.

All of it is in the eigenbasis of the Hessian, where the directions share nothing but the total
loss. An offset is the distance of a weight from the minimum, with its sign.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Quadratic:
    """The excess loss ½ Σ h o², with o the offsets from the minimum and h the curvatures.

    The noisy quadratic of Zhang et al., Which algorithmic choices matter at which batch sizes?
    (arXiv 1907.04164), and linear regression, whose noise grows with the loss.

    Attributes:
        curvatures: eigenvalues h of the Hessian, shape (n,), at least 0, one of them above 0.
        noise: variances of the gradient of a single sample at the minimum, along each eigenvector,
            shape (n,), at least 0.
        offset: of the initial weights from the minimum, along each eigenvector, shape (n,).
        gaussian_inputs: whether the noise grows with the distance from the minimum as that of a
            linear regression on Gaussian inputs does; otherwise it is the same everywhere.

    Raises:
        ValueError: shapes differ, or a number is out of its range.
    """

    curvatures: np.ndarray
    noise: np.ndarray
    offset: np.ndarray
    gaussian_inputs: bool = False

    def __post_init__(self):
        """Check shapes and ranges."""
        for name in ("curvatures", "noise", "offset"):
            values = np.asarray(getattr(self, name), float)
            if values.ndim != 1 or values.shape != np.shape(self.curvatures):
                raise ValueError(
                    f"{name} must have one axis, as long as curvatures, got {values.shape}"
                )
            if not np.isfinite(values).all():
                raise ValueError(f"{name} must be finite, got {values.tolist()}")
            if name != "offset" and (values < 0).any():
                raise ValueError(f"{name} must be at least 0, got {values.min():g}")
            object.__setattr__(self, name, values)
        if not (self.curvatures > 0).any():
            raise ValueError("curvatures must hold a number above 0, got none")

    def excess_loss(self, squares: np.ndarray) -> np.ndarray:
        """Expected loss above that of the minimum.

        Args:
            squares: expected squared offsets, shape (..., n).

        Returns:
            Losses of shape (...).
        """
        return squares @ self.curvatures / 2

    def gradient_noise(self, squares: np.ndarray) -> np.ndarray:
        """Expected variance of the gradient of a single sample, along each eigenvector.

        With inputs x ~ N(0, H) and offsets of second moments A the gradient x xᵀ o has the second
        moment E[x xᵀ A x xᵀ] = 2 H A H + tr(H A) H (Isserlis, Biometrika 12, 1918), and the
        squared mean H A H.

        Args:
            squares: expected squared offsets, shape (..., n).

        Returns:
            Variances of shape (..., n), or (n,) if they do not depend on the offsets.
        """
        if not self.gaussian_inputs:
            return self.noise
        total = 2 * self.excess_loss(squares)[..., None]  # tr(H A)
        return self.noise + self.curvatures * (self.curvatures * squares + total)

    def noise_scale(self, squares: np.ndarray) -> np.ndarray:
        """The simple noise scale tr(Σ) / |G|², the ratio of the expected values of both.

        McCandlish et al., An empirical model of large-batch training (arXiv 1812.06162), equation
        2.9.

        Args:
            squares: expected squared offsets, shape (..., n).

        Returns:
            Samples, shape (...); infinity where the gradient vanishes.
        """
        noise = np.broadcast_to(self.gradient_noise(squares), np.shape(squares)).sum(axis=-1)
        signal = squares @ self.curvatures**2
        return np.divide(noise, signal, out=np.full_like(signal, np.inf), where=signal > 0)


def linear_regression(spectrum: np.ndarray, noise_std: float, offset: np.ndarray) -> Quadratic:
    """Linear regression on fresh samples: y = w* x + noise, inputs x ~ N(0, diag(spectrum)).

    The loss of a sample is half the squared error, so the Hessian is diag(spectrum). Keras's mean
    squared error lacks the half: it makes the same run at half the learning rate, and reports
    twice the excess loss.

    Args:
        spectrum: variances of the inputs, shape (n,), at least 0, one of them above 0.
        noise_std: standard deviation of the label noise, at least 0.
        offset: of the initial weights from w*, shape (n,).

    Returns:
        The problem, whose label noise adds noise_std² diag(spectrum) to the covariance of the
        gradients.

    Raises:
        ValueError: shapes differ, or a number is out of its range.

    >>> problem = linear_regression([1.0, 0.5], 1.0, [1.0, 1.0])
    >>> float(problem.excess_loss(problem.offset**2))
    0.75
    """
    if not noise_std >= 0:
        raise ValueError(f"noise_std must be at least 0, got {noise_std!r}")
    noise = float(noise_std) ** 2 * np.asarray(spectrum, float)
    return Quadratic(spectrum, noise, offset, gaussian_inputs=True)


def quadratic(hessian: np.ndarray, covariance: np.ndarray, offset: np.ndarray) -> Quadratic:
    """A quadratic loss given in any coordinates, its gradients' noise the same everywhere.

    Only the covariance's diagonal in the eigenbasis of the Hessian enters the expected loss.

    Args:
        hessian: shape (n, n), symmetric, no eigenvalue below 0 but by rounding.
        covariance: of the gradients of single samples, shape (n, n). With what divisor, n or
            n - 1, ``helpers.theory.samplings`` says for each sampling.
        offset: of the initial weights from the minimum, shape (n,).

    Raises:
        ValueError: shapes differ, or the Hessian has a negative eigenvalue.

    >>> quadratic([[2.0, 0.0], [0.0, 1.0]], np.eye(2), [3.0, 4.0]).curvatures.tolist()
    [1.0, 2.0]
    """
    hessian, covariance, offset = (np.asarray(a, float) for a in (hessian, covariance, offset))
    shape = (offset.size, offset.size)
    if hessian.shape != shape or covariance.shape != shape:
        raise ValueError(
            f"hessian and covariance must have the shape {shape} that the offset asks for, "
            f"got {hessian.shape} and {covariance.shape}"
        )
    curvatures, vectors = np.linalg.eigh(hessian)
    curvatures[np.abs(curvatures) < 1e-12 * np.abs(curvatures).max()] = 0  # rounding
    noise = np.einsum("ki,kl,li->i", vectors, covariance, vectors)
    return Quadratic(curvatures, np.maximum(noise, 0), vectors.T @ offset)
