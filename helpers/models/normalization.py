"""Ghost batch normalization: a large batch normalized as if it were several small ones."""

import keras
from keras import ops

from helpers import checks


@keras.saving.register_keras_serializable(package="batch_size_book")
class GhostBatchNormalization(keras.layers.BatchNormalization):
    """Batch normalization by the statistics of sub-batches instead of those of the whole batch.

    Hoffer, Hubara & Soudry, Train longer, generalize better (arXiv 1705.08741), algorithm 1. In
    training, the batch is cut in its order into ghosts of ``ghost_size`` samples, the last one
    shorter if there is a rest, and each is normalized by its own mean and variance. The moving
    statistics take in the ghosts one after another, each with the weight 1 - momentum. So the
    layer does to a batch what ``keras.layers.BatchNormalization`` does to its ghosts in turn. At
    evaluation the two are the same layer.

    Args:
        ghost_size: samples of a ghost, at least 1; a batch up to this size is normalized as a
            whole. A ghost of 1 sample has no variance, and the layer then puts out ``beta``,
            unless the sample has several places, such as pixels.
        **kwargs: those of ``keras.layers.BatchNormalization``, such as momentum and epsilon.

    Input and output: (batch, ...), with the features along ``axis`` (the last by default, and
    never the first).

    Raises:
        ValueError: ``ghost_size`` is out of its range; ``axis`` is the first; ``renorm`` or
            ``synchronized`` is asked for, or a mask comes in, which this layer does not handle.

    >>> layer = GhostBatchNormalization(2, epsilon=0)
    >>> layer(ops.array([[1.0], [3.0], [10.0], [30.0]]), training=True)[:, 0].numpy().tolist()
    [-1.0, 1.0, -1.0, 1.0]
    """

    def __init__(self, ghost_size: int = 32, **kwargs):
        """Check the arguments; the weights come with the first input."""
        super().__init__(**kwargs)
        self.ghost_size = checks.whole_number("ghost_size", ghost_size, 1)
        self.supports_masking = False
        for name in ("renorm", "synchronized"):
            if getattr(self, name, False):
                raise ValueError(f"{name} must be False for ghosts, got True")

    def build(self, input_shape):
        """Create the weights of ``keras.layers.BatchNormalization``."""
        if self.axis % len(input_shape) == 0:
            raise ValueError(f"axis must not be the first, that of the samples, got {self.axis}")
        super().build(input_shape)

    def call(self, inputs, training=None, mask=None):
        """Outputs of the shape of ``inputs``."""
        if mask is not None:
            raise ValueError(f"mask must be None for ghosts, got one of shape {mask.shape}")
        if not (training and self.trainable):
            return super().call(inputs, training=False)
        x = ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
        x, counts = self._ghosts(x)
        # From here on the axes are (ghost, sample, ...): those of the inputs, moved by one.
        features = self.axis % len(inputs.shape) + 1
        others = [axis for axis in range(1, len(x.shape)) if axis != features]
        real = self._real(x, counts)
        n = ops.sum(ops.broadcast_to(real, ops.shape(x)), others, keepdims=True)
        mean = ops.sum(x, others, keepdims=True) / n  # what fills up the last ghost is 0
        variance = ops.sum(real * (x - mean) ** 2, others, keepdims=True) / n
        self._remember(ops.squeeze(mean, others), ops.squeeze(variance, others))
        shape = [-1 if axis == features else 1 for axis in range(len(x.shape))]
        outputs = (x - mean) * ops.rsqrt(variance + self.epsilon)
        if self.scale:
            outputs *= ops.reshape(ops.cast(self.gamma, x.dtype), shape)
        if self.center:
            outputs += ops.reshape(ops.cast(self.beta, x.dtype), shape)
        outputs = ops.reshape(outputs, (-1, *ops.shape(inputs)[1:]))[: ops.shape(inputs)[0]]
        return ops.cast(outputs, self.compute_dtype)

    def _ghosts(self, x):
        """``x`` as (ghost, sample, ...), the last ghost filled up by zeros; samples in each."""
        size = self.ghost_size
        total = ops.shape(x)[0]
        n_ghosts = -(-total // size)
        filling = ops.zeros((n_ghosts * size - total, *ops.shape(x)[1:]), x.dtype)
        filled = ops.reshape(ops.concatenate([x, filling]), (n_ghosts, size, *ops.shape(x)[1:]))
        return filled, ops.minimum(size, total - size * ops.arange(n_ghosts))

    def _real(self, x, counts):
        """1 for samples of the batch and 0 for what fills up, shape (ghost, sample, 1, ...)."""
        inside = ops.arange(self.ghost_size)[None] < counts[:, None]
        shape = (-1, self.ghost_size, *[1] * (len(x.shape) - 2))
        return ops.reshape(ops.cast(inside, x.dtype), shape)

    def _remember(self, mean, variance):
        """Take the statistics of the ghosts, shape (ghost, feature), into the moving ones."""
        n_ghosts = ops.shape(mean)[0]
        later = ops.cast(n_ghosts - 1 - ops.arange(n_ghosts), mean.dtype)
        kept = ops.power(ops.cast(self.momentum, mean.dtype), later)[:, None]  # by later ghosts
        for moving, values in ((self.moving_mean, mean), (self.moving_variance, variance)):
            old = kept[0] * self.momentum * ops.cast(moving, mean.dtype)
            moving.assign(old + (1 - self.momentum) * ops.sum(kept * values, axis=0))

    def get_config(self):
        """The arguments that make such a layer."""
        return super().get_config() | {"ghost_size": self.ghost_size}
