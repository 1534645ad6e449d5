"""The whole program: from a passenger list to a tested neuron.

Loads passengers, counts what is missing, splits, prepares, trains one neuron, and sets
its test accuracy beside two rules that need no training.
"""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from titanic_helpers import (
    PassengerListError,
    Preparation,
    _interrupt,
    accuracy,
    boy,
    confusion_matrix,
    count_missing,
    feature_table,
    initial_weights,
    large_family,
    load_passengers,
    majority_baseline,
    newton,
    predict,
    sex_class,
    split_rows,
    synthetic_passengers,
    targets_of,
    train,
    wilson_interval,
    women_survive,
)
from titanic_helpers.data import EMBEDDED
from titanic_helpers.list_file import NO_LABELS_HINT, name_of

MILLION = 1_000_000
FEWEST = 5      # so that each of the three parts has at least one
PENALTY = 0.001


def _run(
    passengers: pd.DataFrame, source: str, learning_rate: float, epochs: int,
    rng: np.random.Generator, shuffle: bool, better: bool,
) -> None:
    people = f"{len(passengers):,} passenger{'s' * (len(passengers) != 1)}"
    if len(passengers) < FEWEST:
        raise PassengerListError(
            f"{source}: {people}; the program needs at least {FEWEST}, "
            "to learn from some, to validate with others, and to test with the rest")
    split = split_rows(len(passengers), seed=rng if shuffle else None)
    learn, validate, test = (passengers.iloc[rows] for rows in split)
    for column in ("Age", "Fare"):
        if learn[column].isna().all():
            raise PassengerListError(
                f"{source}: the {column.lower()} is known for "
                f"{passengers[column].count():,} of {people}, and for none of the "
                f"{len(learn):,} to learn from; the program needs at least one there, "
                "to fill the gaps with the mean")
    with_ideas = _better(learn, test) if better else None
    preparation = Preparation().fit(learn)
    missing = count_missing(passengers)
    print(f"{people}; "
          f"missing age: {missing['Age']:,}, missing fare: {missing['Fare']:,}")
    print(f"{len(learn):,} to learn from, {len(validate):,} to validate, {len(test):,} to "
          f"test; {'shuffled' if shuffle else 'in the order of the list'}\n")

    features, truth = preparation.transform(test), targets_of(test)
    print(f"Minimising the log loss, {epochs} epochs, learning rate {learning_rate}")
    weights, _ = train(
        preparation.transform(learn), targets_of(learn),
        initial_weights(features.shape[1], rng), learning_rate, epochs,
        validation=(preparation.transform(validate), targets_of(validate)),
        report=print,
    )

    probabilities = predict(features, weights)
    majority = majority_baseline(targets_of(learn), len(test))
    right = np.trace(confusion_matrix(truth, probabilities))
    low, high = wilson_interval(right, len(test))
    print(f"\nFinal test accuracy            {right / len(test):6.1%}"
          f"   (95% interval {low:.1%} to {high:.1%})")
    print(f"Rule: everyone {'survived' if majority[0] else 'died    '}        "
          f"{accuracy(truth, majority):6.1%}")
    print(f"Rule: women survived, men died "
          f"{accuracy(truth, women_survive(test['Sex'])):6.1%}")
    if better:
        print(f"Better features, and a penalty {accuracy(truth, with_ideas):6.1%}")
        probabilities = with_ideas

    print(f"\nFive of the test passengers{', with better features' if better else ''}")
    for probability, (_, person) in zip(probabilities[:5], test[:5].iterrows(),
                                        strict=True):
        fate = "survived" if person["Survived"] else "died"
        print(f"predicted {probability:.4f}, {fate:8}  {_who(person)}")


def _better(learn: pd.DataFrame, test: pd.DataFrame) -> NDArray:
    """Predict with the features of chapter 9 and the penalty of chapter 10."""
    ideas = (sex_class, boy, large_family)
    weights = newton(
        feature_table(learn, ideas, learn_from=learn), targets_of(learn), PENALTY)
    return predict(feature_table(test, ideas, learn_from=learn), weights)


def _who(person: pd.Series) -> str:
    name = person.get("Name")
    if isinstance(name, str) and name.isprintable():
        return name
    age = "age unknown" if pd.isna(person["Age"]) else f"{person['Age']:.0f}"
    return f"{person['Sex']}, {age}, class {person['Pclass']}"


def _number(kind: Callable, low: float, high: float, description: str) -> Callable:
    def read(text: str) -> float:
        try:
            if low <= (value := kind(text)) <= high and text.isascii() and "_" not in text:
                return value
        except ValueError:
            pass
        raise argparse.ArgumentTypeError(f"{text!r}; expected {description}")
    return read


def main() -> None:
    """Read the command line; say one sentence and stop with status 2 if it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m titanic_helpers", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "csv", nargs="?", default=EMBEDDED, metavar="CSV",
        help="passenger list with the columns Survived, Pclass, Sex, Age and Fare "
             "(default: the embedded list of 1,309)")
    source.add_argument(
        "--synthetic", type=_number(int, FEWEST, MILLION, "5 to 1000000 passengers"),
        metavar="N", help="draw N synthetic passengers instead")
    parser.add_argument(
        "--learning-rate", default=0.1, metavar="RATE",
        type=_number(float, 5e-324, MILLION, "a number above 0, at most 1000000"),
        help="what the gradient is multiplied by (default: 0.1)")
    parser.add_argument(
        "--epochs", type=_number(int, 1, MILLION, "a whole number from 1 to 1000000"),
        default=100, metavar="N", help="number of steps (default: 100)")
    parser.add_argument(
        "--seed", type=_number(int, 0, 2**64, "a whole number from 0 to 2**64"), default=42,
        metavar="N", help="seed of every random draw (default: 42)")
    parser.add_argument(
        "--no-shuffle", action="store_true",
        help="split in the order of the list, as the article does")
    parser.add_argument(
        "--better", action="store_true",
        help="add a neuron with the features of chapter 9 and the penalty of chapter 10; "
             "needs Name, SibSp and Parch in the list, too")
    in_a_notebook = "".join(sys.argv[:1]).endswith("kernel_launcher.py")
    args = parser.parse_args([] if in_a_notebook else None)     # not the kernel's arguments
    with suppress(AttributeError):      # a notebook's output cannot be told, and needs not
        sys.stdout.reconfigure(errors="backslashreplace")       # for names in any script
    rng = np.random.default_rng(args.seed)
    try:
        _interrupt.loaded()
        passengers = (
            synthetic_passengers(args.synthetic, rng) if args.synthetic
            else load_passengers(args.csv)
        )
        _run(passengers, name_of(args.csv), args.learning_rate, args.epochs, rng,
             not args.no_shuffle, args.better)
        with suppress(AttributeError):      # there may be no output at all
            sys.stdout.flush()
    except KeyboardInterrupt:
        parser.exit(130, "stopped\n")
    except OSError as e:
        if not e.filename:          # Python would try once more to write what is left
            with suppress(AttributeError, OSError):     # no file
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(e, BrokenPipeError):      # a reader such as `head` has enough
            parser.exit(
                2, f"{parser.prog}: error: {e.filename or 'output'}: {e.strerror}\n")
    except ValueError as e:
        sentence = str(e).removesuffix(NO_LABELS_HINT)      # a hint for Python alone
        parser.exit(2, f"{parser.prog}: error: {sentence}\n")


if __name__ == "__main__":
    main()
