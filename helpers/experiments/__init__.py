"""What chapters train, as functions from settings to an ``xarray.Dataset``, tested by themselves.

A chapter shows a few lines of Keras that answer its question; what repeats them over seeds, data
sets or grids stands here, so that it can be tested, and run at other sizes.
"""

from helpers.experiments.draws import train_on_draws
from helpers.experiments.pairs import distance_of_two_runs
from helpers.experiments.updates import train_for_updates

__all__ = ["distance_of_two_runs", "train_for_updates", "train_on_draws"]
