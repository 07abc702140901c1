"""The parameters of every chapter, a class each, in a module for each part of the book.

A chapter's first code cell sets its parameters, papermill may set others in the next, and the
cell after that calls ``check`` of the chapter's class here. TensorFlow is not imported for it.
"""

from helpers.errors import ParameterError
from helpers.parameters.batches import (
    CriticalBatchSize,
    FromScratch,
    FullBatch,
    GradientNoise,
    LeNet,
    MemoryAndTime,
)
from helpers.parameters.control import AdamAndAccumulation, BestLearningRate, GrowingBatch, OneKnob
from helpers.parameters.fields import Parameters, changed
from helpers.parameters.generalisation import GeneralisationGap, Sharpness
from helpers.parameters.shared import Blobs, OneFlavour, Training
from helpers.parameters.tutorial import Dataset, Minibatch, SmallerLearningRate, Sweep
from helpers.parameters.user_data import UserData

__all__ = [
    "AdamAndAccumulation",
    "BestLearningRate",
    "Blobs",
    "CriticalBatchSize",
    "Dataset",
    "FromScratch",
    "FullBatch",
    "GeneralisationGap",
    "GradientNoise",
    "GrowingBatch",
    "LeNet",
    "MemoryAndTime",
    "Minibatch",
    "OneFlavour",
    "OneKnob",
    "UserData",
    "ParameterError",
    "changed",
    "Parameters",
    "Sharpness",
    "SmallerLearningRate",
    "Sweep",
    "Training",
]
