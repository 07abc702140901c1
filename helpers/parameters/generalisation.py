"""The parameters of the part "Where it ends", chapters 18 and 19."""

from helpers.parameters.fields import Parameters, batch_sizes, learning_rates, real, whole
from helpers.parameters.shared import Epochs, FitEpochs, LearningRate, Momentum, TuningSeeds

TrainingImages = whole(40, 800, "images to train on; all others test")
SmallBatch = whole(1, 500_000, "samples of a small batch; the large one is the full batch")


class GeneralisationGap(Parameters):
    """Chapter 18."""

    n_train: TrainingImages
    wrong_labels: real(0.01, 0.9, "share of the training labels that another digit replaces")
    batch_size: SmallBatch
    batch_sizes: batch_sizes(2, "batch sizes, the learning rate tuned for each")
    learning_rate: LearningRate
    learning_rates: learning_rates(2, "learning rates to choose from")
    momentum: Momentum
    epochs: Epochs
    fit_epochs: FitEpochs
    tuning_seeds: TuningSeeds


class Sharpness(Parameters):
    """Chapter 19."""

    n_train: TrainingImages
    batch_size: SmallBatch
    learning_rate: LearningRate
    learning_rates: learning_rates(1, "learning rates to compare")
    training_loss: real(0.01, 1, "training loss at which the two are compared, in nats")
    updates: whole(10, 100_000, "most changes of the weights in a run")
