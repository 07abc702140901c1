"""What `fit` does with models, optimizers and data, and how the trainer treats it, a case a row.

The tests hold every row against `fit`; the page on the trainer shows the rows as its table.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import keras
import numpy as np
from fit_models import (
    BLOBS,
    HELD,
    Adding,
    Counting,
    Forgetful,
    Idle,
    OtherMetrics,
    OwnCompile,
    OwnDecay,
    OwnFit,
    OwnFunction,
    OwnLoss,
    OwnMetrics,
    OwnStep,
    OwnTestStep,
    OwnTrainStep,
    Turning,
    TurningAlways,
    Written,
    adapted,
    all_frozen,
    by_words,
    compiled,
    dense,
    drawing,
    drawn_outside,
    frozen,
    half,
    overwriting,
    quantised,
    scaled_by_keras,
    sgd,
    softmax,
    spared,
    through,
    two_inputs,
    two_outputs,
    units,
    unlike,
    written_twice,
)  # fmt: skip
from keras import Input, Sequential, layers, optimizers

HONOURED = "as fit, seeds together"
WITHOUT_XLA = "as fit, without XLA"
ALONE = "as fit, one seed at a time"
REFUSED = "refused"

GENERATOR = np.random.default_rng(0)
NOISE = GENERATOR.normal(size=(2, 40, 6, 6, 1)).astype("float32")
IMAGES = replace(BLOBS, x_train=NOISE[0], x_test=NOISE[1])
SEQUENCES = replace(BLOBS, x_train=NOISE[0, ..., 0], x_test=NOISE[1, ..., 0])
TOKENS = replace(
    BLOBS, x_train=np.arange(200).reshape(40, 5) % 7, x_test=np.arange(200).reshape(40, 5) % 5
)
PAIRS = replace(
    BLOBS,
    y_train=np.eye(2, dtype="float32")[BLOBS.y_train.argmax(1) % 2],
    y_test=np.eye(2, dtype="float32")[BLOBS.y_test.argmax(1) % 2],
)
NUMBERS = replace(BLOBS, y_train=BLOBS.x_train[:, 0] - 1, y_test=BLOBS.x_test[:, 1])
STEPS = replace(TOKENS, y_train=TOKENS.x_train % 3, y_test=TOKENS.x_test % 3)
TWO_NUMBERS = replace(BLOBS, y_train=BLOBS.x_train - 1, y_test=BLOBS.x_test)
LABELS = replace(BLOBS, y_train=BLOBS.y_train.argmax(1), y_test=BLOBS.y_test.argmax(1))
WHOLE = replace(BLOBS, x_train=BLOBS.x_train.astype(int), x_test=BLOBS.x_test.astype(int))
DOUBLE = replace(BLOBS, x_train=BLOBS.x_train.astype(float), y_train=BLOBS.y_train.astype(bool))


@dataclass(frozen=True)
class Case:
    """A row: what it is, how the trainer treats it, and what is trained.

    `options` go to both `train` and `fit`, `only` to `train` alone; a refusal begins with `says`,
    a warning contains `warns`.
    """

    name: str
    treatment: str
    build: Callable = dense
    optimizer: Callable = field(default=sgd())
    data: object = BLOBS
    loss: object = "categorical_crossentropy"
    options: dict = field(default_factory=dict)
    only: dict = field(default_factory=dict)
    batch_size: int = 20
    tolerance: float = 1e-5
    says: str = ""
    warns: str = ""


SAMPLE_WEIGHTS = np.linspace(0, 3, 40)
OWN_MEMBER = "the model must train by Keras's own"
CASES = [
    Case("a model written as a class, its `call` without `training`", HONOURED, Written),
    Case("`compute_loss` of the model's own", HONOURED, OwnLoss),
    Case("`add_loss`", HONOURED, through(lambda: layers.Dense(4), Adding)),
    Case(
        "regularisers of weights and activations",
        HONOURED,
        through(lambda: layers.Dense(4, kernel_regularizer="l2", activity_regularizer="l1")),
    ),
    Case(
        "`Dropout`, `GaussianNoise`: random, a state for each seed",
        HONOURED,
        through(lambda: layers.GaussianNoise(0.5), lambda: layers.Dropout(0.3)),
    ),
    Case("`BatchNormalization`", HONOURED, through(layers.BatchNormalization)),
    Case("`Normalization`, adapted", HONOURED, adapted),
    Case(
        "`Normalization` that is not adapted: does nothing, as in `fit`, and warns",
        HONOURED,
        through(layers.Normalization),
        warns="is not adapted",
    ),
    Case("`Lambda`", HONOURED, through(lambda: layers.Lambda(lambda x: x**2 / 10))),
    Case("a layer used twice", HONOURED, written_twice),
    Case("`trainable = False` on a layer", HONOURED, frozen),
    Case(
        "a mask that a layer takes in",
        HONOURED,
        lambda: Sequential(
            [
                Input((5,)),
                layers.Embedding(7, 3, mask_zero=True),
                layers.GlobalAveragePooling1D(),
                softmax(),
            ]
        ),
        data=TOKENS,
    ),
    Case(
        "`Embedding`, SGD",
        HONOURED,
        lambda: Sequential([Input((5,)), layers.Embedding(7, 3), layers.Flatten(), softmax()]),
        data=TOKENS,
    ),
    Case(
        "a weight that the loss does not depend on: left as it is",
        HONOURED,
        through(Idle),
        lambda: optimizers.AdamW(0.02, weight_decay=1.0),
    ),
    Case(
        "a metric in a layer: not reported, and warns",
        HONOURED,
        through(Counting),
        warns="mean_input",
    ),
    Case(
        "a model that its maker compiled: its loss, if none is given, and warns of the rest",
        HONOURED,
        compiled,
        loss="categorical_focal_crossentropy",
        only={"loss": None},
        warns="its optimizer Adam",
    ),
    Case("layers in `mixed_bfloat16`", HONOURED, half("mixed_bfloat16"), tolerance=1e-3),
    Case("layers in `mixed_float16`", HONOURED, half("mixed_float16"), tolerance=1e-4),
    Case("inputs of whole numbers", HONOURED, data=WHOLE),
    Case("inputs in float64, targets of true and false", HONOURED, data=DOUBLE),
    Case("labels", HONOURED, data=LABELS, loss="sparse_categorical_crossentropy"),
    Case(
        "one sigmoid unit for two classes, one-hot or 0 and 1",
        HONOURED,
        units(1, "sigmoid"),
        data=PAIRS,
        loss="binary_crossentropy",
        only={"loss": None},
    ),
    Case("regression, one number", HONOURED, units(1), data=NUMBERS, loss="mean_squared_error"),
    Case(
        "regression, several numbers",
        HONOURED,
        units(2),
        data=TWO_NUMBERS,
        loss="mean_absolute_error",
    ),
    Case("`class_weight`", HONOURED, options={"class_weight": {0: 3.0, 2: 0.5}}),
    Case(
        "`sample_weight`",
        HONOURED,
        options={"sample_weight": SAMPLE_WEIGHTS},
        batch_size=15,
    ),
    Case("`loss_scale_factor`", HONOURED, optimizer=sgd(loss_scale_factor=1024.0)),
    Case(
        "`gradient_accumulation_steps`: updates are changes of the weights",
        HONOURED,
        optimizer=sgd(gradient_accumulation_steps=2),
        batch_size=15,
    ),
    Case(
        "`exclude_from_weight_decay` by names, of variables or layers",
        HONOURED,
        through(lambda: layers.Dense(8, "relu", name="first")),
        spared(var_names=["first/kernel", "bias"]),
    ),
    Case("`clipvalue`", HONOURED, optimizer=sgd(clipvalue=0.01)),
    Case(
        "a schedule of Keras",
        HONOURED,
        optimizer=lambda: optimizers.SGD(optimizers.schedules.CosineDecay(0.05, 6)),
    ),
    Case("a schedule of one's own", HONOURED, optimizer=lambda: optimizers.SGD(OwnDecay())),
    Case("`RandomRotation`", WITHOUT_XLA, through(
        lambda: layers.RandomRotation(0.1), layers.Flatten, shape=(6, 6, 1)), data=IMAGES),
    Case("`RandomRotation` in a model written as a class", WITHOUT_XLA, Turning, data=IMAGES),
    Case("`RandomZoom`, `RandomTranslation`", WITHOUT_XLA, through(
        lambda: layers.RandomZoom(0.2), lambda: layers.RandomTranslation(0.2, 0.2), layers.Flatten,
        shape=(6, 6, 1)), data=IMAGES),
    Case("`Embedding`, other optimizers, which step row by row", ALONE,
         lambda: Sequential([Input((5,)), layers.Embedding(7, 3), layers.Flatten(), softmax()]),
         lambda: optimizers.Adam(0.02), data=TOKENS),
    Case("convolutions", ALONE, through(
        lambda: layers.Conv2D(2, 3), layers.Flatten, shape=(6, 6, 1)), data=IMAGES),
    Case("recurrent layers", ALONE, through(lambda: layers.LSTM(3), shape=(6, 6)), data=SEQUENCES),
    Case("constraints of weights", ALONE, through(
        lambda: layers.Dense(4, kernel_constraint="unit_norm"))),
    Case("`clipnorm`", ALONE, optimizer=sgd(clipnorm=0.1)),
    Case("`global_clipnorm`", ALONE, optimizer=sgd(global_clipnorm=0.1)),
    Case("`LossScaleOptimizer`", ALONE,
         optimizer=lambda: optimizers.LossScaleOptimizer(sgd()(), dynamic_growth_steps=2)),
    Case("a model whose policy is `mixed_float16`: Keras scales the loss, and updates that "
         "it skips are counted", ALONE, scaled_by_keras),
    Case("an optimizer of one's own", ALONE, optimizer=lambda: OwnStep(0.01)),
    Case("`train_step` of the model's own", REFUSED, OwnTrainStep, says=f"{OWN_MEMBER} train_step"),
    Case("`test_step` of the model's own", REFUSED, OwnTestStep, says=f"{OWN_MEMBER} test_step"),
    Case("`fit` of the model's own", REFUSED, OwnFit, says=f"{OWN_MEMBER} fit"),
    Case("`make_train_function` of the model's own", REFUSED, OwnFunction,
         says=f"{OWN_MEMBER} make_train_function"),
    Case("`compute_metrics` of the model's own", REFUSED, OwnMetrics,
         says=f"{OWN_MEMBER} compute_metrics"),
    Case("`metrics` of the model's own", REFUSED, OtherMetrics, says=f"{OWN_MEMBER} metrics"),
    Case("`compile` of the model's own", REFUSED, OwnCompile, says=f"{OWN_MEMBER} compile"),
    Case("several inputs", REFUSED, two_inputs,
         says="the model must have one input and one output, got 2 inputs"),
    Case("several outputs", REFUSED, two_outputs,
         says="the model must have one input and one output, got 2 outputs"),
    Case("sparse inputs", REFUSED,
         lambda: Sequential([Input((2,), sparse=True), softmax()]),
         says="the model must take dense samples, got an Input with sparse=True"),
    Case("ragged inputs", REFUSED,
         lambda: Sequential([Input((2,), ragged=True), softmax()]),
         says="the model must take dense samples, got an Input with ragged=True"),
    Case("a fixed batch size in `Input`", REFUSED,
         lambda: Sequential([Input(batch_shape=(10, 2)), softmax()]),
         says="the model must take batches of any size, got an Input of 10 samples"),
    Case("stateful recurrent layers", REFUSED,
         through(lambda: layers.GRU(2, stateful=True), shape=(6, 6), batch_size=10),
         data=SEQUENCES, says="the model must keep no state from batch to batch"),
    Case("outputs with a mask", REFUSED, by_words, data=STEPS,
         loss="sparse_categorical_crossentropy",
         says="the model must give outputs without a mask"),
    Case("quantised layers", REFUSED, quantised, says="the model must not be quantised, got int8"),
    Case("`overwrite_with_gradient`", REFUSED, overwriting,
         says="the model must have weights that an optimizer updates"),
    Case("no trainable weights", REFUSED, all_frozen,
         says="the model must have trainable weights, got none"),
    Case("the same model at every call of `build`", REFUSED, lambda: HELD,
         says="build must return a new model at every call"),
    Case("layers that keep other numbers for each seed, outside of their weights", REFUSED,
         drawn_outside, says="build must return models that differ in their variables alone"),
    Case("layers with other settings for each seed", REFUSED, unlike,
         says="build must return models that differ in their variables alone"),
    Case("`SpectralNormalization`, whose `call` changes weights that are trained", REFUSED,
         through(lambda: layers.SpectralNormalization(layers.Dense(4))),
         says="the model must leave its trainable weights to the optimizer"),
    Case("random numbers in evaluation", REFUSED, TurningAlways, data=IMAGES,
         says="the model must not change while it is evaluated"),
    Case("`keras.random` without a generator of the layer's own", REFUSED, drawing,
         says="the model must change no variables but its own"),
    Case("a loss that sums over samples", REFUSED,
         loss=keras.losses.CategoricalCrossentropy(reduction="sum"),
         says="loss must be a Keras loss that averages over samples"),
    Case("`use_ema`", REFUSED, optimizer=sgd(use_ema=True),
         says="the optimizer must not use_ema"),
    Case("`exclude_from_weight_decay` by variables", REFUSED,
         optimizer=spared(var_list=HELD.trainable_variables),
         says="exclude_from_weight_decay must be given var_names"),
    Case("a learning rate that is a function", REFUSED,
         optimizer=lambda: optimizers.SGD(lambda: 0.1),
         says="the optimizer's learning_rate must be a number or a Keras LearningRateSchedule"),
    Case("an optimizer of one's own that does not return its settings", REFUSED,
         optimizer=lambda: Forgetful(0.1, 3.0),
         says="the optimizer Forgetful must return all settings from get_config"),
    Case("`class_weight` beside `sample_weight`", REFUSED,
         options={"class_weight": {0: 2.0}, "sample_weight": SAMPLE_WEIGHTS},
         says="class_weight and sample_weight must not be given both"),
]  # fmt: skip
