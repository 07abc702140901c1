"""The largest learning rates: for which the mean of the weights converges, and their mean square.

The mean moves as in full-batch gradient descent, so its limit does not depend on the batch size.
The mean square, and with it the expected loss, is finite only below a lower limit where the noise
grows with the distance from the minimum, and that limit does depend on the batch size.
"""

from scipy.optimize import brentq

from helpers.theory.equilibrium import noise_and_growth
from helpers.theory.problems import Quadratic
from helpers.theory.recursions import gradient_share
from helpers.theory.samplings import check_rate


def largest_rate_of_mean(problem: Quadratic, momentum: float = 0.0) -> float:
    """The learning rate below which the mean of the weights converges: 2 (1 + m) / λmax.

    Also the limit of the full batch (Polyak, USSR Computational Mathematics and Mathematical
    Physics 4, 1964; equation 1 of Cohen et al., arXiv 2103.00065).

    Args:
        problem: of ``helpers.theory.problems``.
        momentum: at least 0 and below 1.

    Raises:
        ValueError: the momentum is out of its range.

    >>> largest_rate_of_mean(Quadratic([4.0, 1.0], [0.0, 0.0], [1.0, 1.0]), momentum=0.5)
    0.75
    """
    check_rate(1.0, momentum)
    return float(2 * (1 + momentum) / problem.curvatures.max())


def largest_rate_of_mean_square(
    problem: Quadratic, batch_size: float, momentum: float = 0.0
) -> float:
    """The learning rate below which the expected loss of a run on a stream stays finite.

    For noise that is the same everywhere, the limit of the mean. On Gaussian inputs the noise that
    the loss itself makes must add up to less than the loss that made it: the growth of
    ``helpers.theory.equilibrium.noise_and_growth`` stays below 1 (for batches of 1 without
    momentum: Feuer & Weinstein, Convergence analysis of LMS filters with uncorrelated Gaussian
    data, IEEE Transactions on Acoustics, Speech and Signal Processing 33, 1985). In one dimension
    without momentum the limit is 2 λ / (λ² + Var(h) / B), with h = x² the curvature of a single
    sample, of mean λ and variance 2 λ².

    Args:
        problem: of ``helpers.theory.problems``.
        batch_size: samples per update, at least 1, or infinity.
        momentum: at least 0 and below 1.

    Raises:
        ValueError: an argument is out of its range.

    >>> problem = Quadratic([1.0], [0.0], [1.0], gaussian_inputs=True)
    >>> round(largest_rate_of_mean_square(problem, 1), 6), round(2 * 1 / (1**2 + 2 / 1), 6)
    (0.666667, 0.666667)
    """
    check_rate(1.0, momentum)
    share = float(gradient_share(problem, batch_size, "stream", None))
    if share == 0 or not problem.gaussian_inputs:
        return largest_rate_of_mean(problem, momentum)
    # Where the steepest direction diverges by the noise that it makes for itself.
    highest = 2 / problem.curvatures.max() / (share / (1 - momentum) + 1 / (1 + momentum))

    def excess_growth(part):
        return noise_and_growth(problem, batch_size, part * highest, momentum)[1] - 1

    return float(brentq(excess_growth, 1e-12, 1 - 1e-12) * highest)
