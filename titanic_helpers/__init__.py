"""One neuron in NumPy, and what it needs: one module for each chapter of the book."""

from titanic_helpers import _interrupt
from titanic_helpers.cross_validation import (
    best_setting,
    bootstrap,
    corrected_error,
    cross_validate,
    folds,
    grid,
    group_folds,
    nested,
    random_settings,
    search,
)
from titanic_helpers.data import (
    PassengerListError,
    load_passengers,
    synthetic_passengers,
)
from titanic_helpers.encoding import (
    FEATURES,
    feature_matrix,
    log_fare,
    max_abs,
    one_hot,
    scale,
    targets_of,
)
from titanic_helpers.evaluation import (
    accuracy,
    area_under_curve,
    calibration,
    confusion_matrix,
    majority_baseline,
    precision,
    recall,
    roc_curve,
    wilson_interval,
    women_survive,
)
from titanic_helpers.features import (
    age_unknown,
    boy,
    family,
    feature_table,
    fill_age,
    large_family,
    others_on_ticket,
    products,
    sex_class,
    ticket_fate,
)
from titanic_helpers.gradient_descent import (
    gradient_step,
    log_loss_gradient,
    mae_gradient,
    train,
)
from titanic_helpers.hidden_layer import (
    backward,
    forward,
    initial_parameters,
    train_hidden,
)
from titanic_helpers.loss import log_loss, mae
from titanic_helpers.missing_values import column_means, count_missing, fill_missing
from titanic_helpers.optimisers import (
    adam,
    batches,
    decay,
    descend,
    momentum,
    newton,
    newton_step,
    plain,
    rmsprop,
)
from titanic_helpers.regularisation import (
    l1_path,
    l1_penalty,
    l2_gradient,
    l2_penalty,
    row_space,
    soft_threshold,
    train_penalised,
)
from titanic_helpers.sigmoid import initial_weights, predict, sigmoid, weighted_sums
from titanic_helpers.splits import Preparation, repeated_splits, split_rows
