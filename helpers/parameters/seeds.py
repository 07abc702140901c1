"""Which seeds are for what, so that results are confirmed by runs that nobody has seen.

A chapter reports from ``CONFIRMING`` and chooses its settings from ``TUNING``. Whoever tries
something out takes ``EXPLORING``. A criterion that is changed after its result was seen spends the
seeds that showed it: they move to ``SPENT``, and the chapter takes others.
"""

TUNING = range(0, 1000)
SPENT = range(1000, 2000)  # of the first statement of all claims
CONFIRMING = range(5000, 10_000)
EXPLORING = range(10_000, 20_000)
