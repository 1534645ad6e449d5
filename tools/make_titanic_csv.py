"""Make titanic_helpers/titanic.csv from the passenger list inside scikit-learn.

    python tools/make_titanic_csv.py

scikit-learn carries OpenML data set 40945 among its test data. The fields are written
as they stand there, as text, so that no number is rounded; only the columns get the
names that Titanic users know, and an unknown value becomes an empty field.
"""

import gzip
import io
from pathlib import Path

import pandas as pd
import sklearn.datasets

from titanic_helpers.data import COLUMNS, EMBEDDED, KNOWN_SPELLINGS

ARFF = "tests/data/openml/id_40945/data-v1-dl-16826755.arff.gz"


def main() -> None:
    source = Path(sklearn.datasets.__file__).parent / ARFF
    head, rows = gzip.decompress(source.read_bytes()).decode("utf-8").split("@data\n")
    names = [line.split("'")[1] for line in head.splitlines() if "@attribute" in line]
    table = pd.read_csv(
        io.StringIO(rows), names=[KNOWN_SPELLINGS[n] for n in names], dtype=str,
        keep_default_na=False, escapechar="\\",
    ).replace("?", "")
    table[list(COLUMNS)].to_csv(EMBEDDED, index=False, lineterminator="\n")
    print(f"{EMBEDDED.name}: {len(table):,} passengers, {len(COLUMNS)} columns")


if __name__ == "__main__":
    main()
