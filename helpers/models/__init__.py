"""What is trained: the book's networks, a normalisation, an optimizer, and the reader's model."""

from helpers.models.networks import lenet, mlp
from helpers.models.normalization import GhostBatchNormalization
from helpers.models.optimizers import Rprop
from helpers.models.user_models import user_model

__all__ = ["GhostBatchNormalization", "Rprop", "lenet", "mlp", "user_model"]
