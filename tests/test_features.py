"""The columns of part two against scikit-learn, and against counts on the list."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import PolynomialFeatures

from titanic_helpers import (
    FEATURES,
    Preparation,
    age_unknown,
    boy,
    family,
    feature_table,
    fill_age,
    large_family,
    load_passengers,
    others_on_ticket,
    products,
    sex_class,
    split_rows,
    synthetic_passengers,
    ticket_fate,
)

people = load_passengers()
train, _, test = split_rows(len(people), seed=0)
known = people.iloc[train]
IDEAS = [sex_class, boy, family, large_family, age_unknown, others_on_ticket]


def test_the_columns_say_what_the_list_says():
    table = pd.concat([idea(people) for idea in IDEAS], axis=1)
    assert table.index.equals(people.index) and set(table.dtypes) == {np.dtype(float)}
    for c, women in zip((1, 2, 3), (144, 106, 216), strict=True):
        column = table[f"Sex_female*Pclass_{c}"]
        assert column.sum() == women and set(column) == {0.0, 1.0}
        assert (people[column == 1][["Sex", "Pclass"]] == ["female", c]).all(axis=None)
    assert table["Boy"].sum() == 61 and people[table["Boy"] == 1]["Age"].max() == 14.5
    assert table["AgeUnknown"].sum() == 263
    assert table["LargeFamily"].sum() == 82 and set(table["LargeFamily"]) == {0.0, 1.0}
    allisons = people["Ticket"] == "113781"
    assert table[allisons][["Family", "OthersOnTicket"]].to_numpy().tolist() == [
        [3, 5]] * 4 + [[0, 5]] * 2, "parents and children, then the maid and the nurse"
    assert table.loc[0].tolist() == [1, 0, 0, 0, 0, 0, 0, 3], "Miss Allen"


def test_four_relatives_are_the_smallest_large_family():
    few = pd.DataFrame({"SibSp": [3, 4, 0, 1], "Parch": [0, 0, 4, 2]})
    assert family(few).tolist() == [3, 4, 4, 3]
    assert large_family(few).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_products_agree_with_scikit_learn(degree):
    table = feature_table(people, [boy, family, age_unknown], learn_from=known)
    ours = products(table, degree)
    reference = PolynomialFeatures(degree).fit(table)
    assert ours.shape[1] == {0: 1, 1: 11, 2: 66, 3: 286}[degree]
    np.testing.assert_allclose(ours, reference.transform(table), rtol=1e-14)
    assert list(ours) == [
        name.replace(" ", "*") for name in reference.get_feature_names_out()]
    assert ours.index.equals(table.index)


def test_powers_of_a_product_keep_their_brackets():
    table = pd.DataFrame({"a*b": [2.0], "c": [3.0]})
    assert products(table, 2).iloc[0].to_dict() == {
        "1": 1, "a*b": 2, "c": 3, "(a*b)^2": 4, "(a*b)*c": 6, "c^2": 9}
    with pytest.raises(ValueError, match="degree -1; expected at least 0"):
        products(table, -1)


def test_the_fate_of_the_others_by_hand():
    rows = pd.DataFrame({
        "Ticket": ["A", "A", "A", "B", "B", "C", "A"],
        "Survived": [1, 0, 1, 0, 0, 1, 0]}, index=[10, 11, 12, 13, 14, 15, 16])
    learn, new = rows.iloc[:6], rows.iloc[6:]
    ours = ticket_fate(rows, learn_from=learn)
    assert ours.tolist() == [0, 1, 0, -1, -1, 0, pytest.approx(1 / 3)]
    assert ticket_fate(new, learn_from=learn).tolist() == [pytest.approx(1 / 3)]


def test_nobodys_own_fate_is_in_the_fate_of_the_others():
    before = ticket_fate(people, learn_from=known)
    for row in train[:12]:
        turned = known.copy()
        turned.loc[row, "Survived"] = 1 - turned.loc[row, "Survived"]
        after = ticket_fate(people, learn_from=turned)
        assert after[row] == before[row]
    turned = people.copy()
    turned.loc[test, "Survived"] = 1 - turned.loc[test, "Survived"]
    assert ticket_fate(turned, learn_from=turned.iloc[train]).equals(before)


def test_a_label_twice_is_refused():
    for rows in (people, people.iloc[[0, 0, 1]]):
        with pytest.raises(ValueError, match="a row label is there twice"):
            ticket_fate(rows, learn_from=people.iloc[[0, 0, 1]])


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_ages_filled_by_everybody_and_by_group(statistic):
    before = people.copy()
    everybody = fill_age(people, learn_from=known, statistic=statistic)["Age"]
    assert set(everybody[people["Age"].isna()]) == {known["Age"].agg(statistic)}
    groups = fill_age(people, learn_from=known, by=["Pclass", "Sex"], statistic=statistic)
    for row in people.index[people["Age"].isna()][:12]:
        pclass, sex = people.loc[row, ["Pclass", "Sex"]]
        like = known[(known["Pclass"] == pclass) & (known["Sex"] == sex)]
        assert groups["Age"][row] == like["Age"].agg(statistic)
    told = people["Age"].notna()
    assert groups["Age"][told].equals(people["Age"][told])
    pd.testing.assert_frame_equal(people, before)


def test_a_group_without_a_known_age_gets_that_of_everybody():
    learn = pd.DataFrame({"Pclass": [1, 1, 2], "Age": [20.0, 40.0, np.nan]})
    ages = fill_age(learn.assign(Pclass=[1, 3, 2]), learn_from=learn, by=["Pclass"])["Age"]
    assert ages.tolist() == [20, 40, 30]


def test_fill_age_refuses():
    with pytest.raises(ValueError, match="statistic 'mode'; expected 'mean' or 'median'"):
        fill_age(people, learn_from=known, statistic="mode")
    with pytest.raises(ValueError, match="column Age: no value is known"):
        fill_age(people, learn_from=known.assign(Age=np.nan))


def test_the_first_seven_are_those_of_part_one():
    table = feature_table(people, IDEAS, learn_from=known)
    assert tuple(table.columns[:7]) == FEATURES and table.index.equals(people.index)
    reference = Preparation().fit(known).transform(people)
    assert (table.to_numpy()[:, :7] == reference).all()
    assert (feature_table(people, learn_from=known) == reference).all(axis=None)


def test_the_table_is_scaled_by_the_training_rows_alone():
    table = feature_table(people, IDEAS, learn_from=known)
    largest = known[["SibSp", "Parch"]].sum(axis=1).max()
    assert table["Family"].equals(family(people) / largest)
    changed = people.copy()
    changed.loc[test, ["Age", "Fare", "SibSp"]] = [[100.0, 9999.0, 30]]
    again = feature_table(changed, IDEAS, learn_from=changed.iloc[train])
    assert again.iloc[train].equals(table.iloc[train])
    assert again["Family"].max() > 1


def test_ideas_see_filled_ages_and_the_flag():
    def square(rows):
        return (rows["Age"] ** 2).rename("Age^2")
    before = people.copy()
    table = feature_table(people, [square, age_unknown], learn_from=known)
    np.testing.assert_allclose(table["Age^2"], table["Age"] ** 2, rtol=1e-14)
    assert (table["AgeUnknown"] == people["Age"].isna()).all()
    pd.testing.assert_frame_equal(people, before)


def test_new_passengers_without_labels():
    new = people.iloc[test].drop(columns="Survived")
    table = feature_table(new, [sex_class, boy, large_family], learn_from=known)
    whole = feature_table(people, [sex_class, boy, large_family], learn_from=known)
    assert table.equals(whole.iloc[test])


@pytest.mark.parametrize(("idea", "column"), [
    (boy, "Name"), (family, "SibSp"), (family, "Parch"), (large_family, "Parch"),
    (others_on_ticket, "Ticket"), (sex_class, "Pclass"), (sex_class, "Sex")])
def test_a_column_that_is_not_there_or_has_gaps(idea, column):
    with pytest.raises(ValueError, match=f"^no column {column} among the passengers"):
        idea(people.drop(columns=column))
    gap = people.copy()
    gap[column] = gap[column].where(gap.index != 5)
    with pytest.raises(ValueError, match=f"^column {column}: 1 values missing"):
        idea(gap)


def test_the_synthetic_passengers_have_no_names():
    drawn = synthetic_passengers(20, seed=1)
    with pytest.raises(ValueError, match="no column Name among the passengers"):
        feature_table(drawn, [boy], learn_from=drawn)


@pytest.mark.parametrize(("idea", "message"), [
    (lambda rows: rows["Body"], "column Body: a value is missing or infinite"),
    (lambda rows: rows["Age"], "each column a name of its own; got Age, .*, Age"),
    (lambda rows: boy(rows)[:9], "column Boy: a value is missing or infinite"),
    (lambda rows: boy(rows).set_axis(rows.index + 1), "each passenger one row"),
])
def test_an_idea_that_does_not_fit(idea, message):
    with pytest.raises(ValueError, match=message):
        feature_table(people, [idea], learn_from=known)
