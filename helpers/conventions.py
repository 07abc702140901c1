"""What the whole book has agreed upon."""

HOLD = 5  # epochs in a row for which an accuracy is kept before the target counts as reached
