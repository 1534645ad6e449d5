"""python -m titanic_helpers, as it is typed."""

import os
import signal
import subprocess
import sys
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from titanic_helpers import (
    Preparation,
    initial_weights,
    load_passengers,
    split_rows,
    train,
)
from titanic_helpers.__main__ import main
from titanic_helpers.data import NEEDED


def program(*args, cwd=None, **env):
    return subprocess.run(
        [sys.executable, "-m", "titanic_helpers", *map(str, args)],
        capture_output=True, text=True, encoding="utf-8", cwd=cwd, timeout=60,
        env=os.environ | env)


@pytest.fixture
def inside(monkeypatch, capsys):
    """The same within this process: quicker, for what needs no process of its own."""
    def run_main(*args):
        monkeypatch.setattr(sys, "argv", ["titanic_helpers", *map(str, args)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()
    return run_main


@pytest.fixture(scope="module")
def kaggle():
    people = load_passengers()[:891].drop(columns=["Boat", "Body", "HomeDest"])
    return people.assign(PassengerId=range(1, 892))


def test_embedded_list():
    result = program()
    assert (result.returncode, result.stderr) == (0, "")
    out = result.stdout
    assert "1,309 passengers; missing age: 263, missing fare: 1" in out
    assert "785 to learn from, 261 to validate, 263 to test; shuffled" in out
    assert out.count("\nepoch ") == 11
    share = float(out.split("Final test accuracy")[1].split("%")[0])
    assert 70 < share < 88
    assert "Rule: everyone died" in out and "Rule: women survived, men died" in out
    assert out.count("predicted 0.") == 5
    assert program().stdout == out
    assert program("--seed", 1).stdout != out


def test_every_printed_figure(inside):
    """The whole run again, scored by scikit-learn."""
    people = load_passengers()
    rng = np.random.default_rng(42)
    learn, val, test = split_rows(len(people), seed=rng)
    prepared = Preparation().fit(people.iloc[learn])
    X, y = prepared.transform(people), people["Survived"].to_numpy(float)
    start = initial_weights(7, rng)
    weights, history = train(X[learn], y[learn], start, 0.1, 100, (X[val], y[val]))
    p = expit(X[test] @ weights)
    right = int(metrics.accuracy_score(y[test], p >= 0.5, normalize=False))
    low, high = binomtest(right, len(test)).proportion_ci(0.95, method="wilson")
    dummy = DummyClassifier().fit(X[learn], y[learn]).score(X[test], y[test])
    women = metrics.accuracy_score(y[test], people["Sex"].iloc[test] == "female")

    lines = inside()[1].splitlines()
    last = next(line for line in lines if line.startswith("epoch 100: "))
    assert last == "epoch 100: " + ", ".join(
        f"{name} {values[-1]:.4f}" for name, values in history.items())
    assert lines[-11:-7] == [
        "", f"Final test accuracy             {right / len(test):.1%}"
        f"   (95% interval {low:.1%} to {high:.1%})",
        f"Rule: everyone died             {dummy:.1%}",
        f"Rule: women survived, men died  {women:.1%}"]
    for line, row, chance in zip(lines[-5:], test, p, strict=False):
        fate = "survived" if y[row] else "died    "
        assert line == f"predicted {chance:.4f}, {fate}  {people['Name'][row]}"


def test_rows_kept_aside_teach_nothing(tmp_path, kaggle, inside):
    """Whatever the validation and test rows hold, the training goes the same way."""
    changed = kaggle.copy()
    changed.loc[534:, ["Age", "Fare"]] = [[110.0, 510.0]]
    training = []
    for people in (kaggle, changed):
        people.to_csv(tmp_path / "list.csv")
        _, out, _ = inside(tmp_path / "list.csv", "--no-shuffle")
        training.append([line.split(", val")[0] for line in out.splitlines()
                         if line.startswith("epoch")])
    assert len(training[0]) == 11 and training[0] == training[1]


def test_majority_of_survivors(tmp_path, inside):
    people = load_passengers()
    people[people["Sex"] == "female"].to_csv(tmp_path / "women.csv")
    _, out, _ = inside(tmp_path / "women.csv", "--seed", 0)
    assert "Rule: everyone survived" in out


def test_everyone_to_learn_from_died_and_everyone_in_the_test_survived(tmp_path, inside):
    """Sorted by fate; nothing else is known of the last ones but sex and class."""
    people = load_passengers().sort_values("Survived", kind="stable")
    people = people[["Survived", "Pclass", "Sex", "Age", "Fare"]]
    people.iloc[-300:, 3] = np.nan
    people.to_csv(tmp_path / "sorted.csv", index=False)
    code, out, err = inside(tmp_path / "sorted.csv", "--no-shuffle")
    assert (code, err) == (0, "")
    assert "Rule: everyone died 0.0%" in " ".join(out.split())
    test = people.iloc[785 + 261:][:5]
    for line, (_, person) in zip(out.splitlines()[-5:], test.iterrows(), strict=True):
        assert line.endswith(f"{person.Sex}, age unknown, class {person.Pclass}")


def test_names_that_cannot_be_printed(tmp_path, kaggle):
    kaggle.assign(Name=["", "Ł", "\x1b[2J"] * 297).to_csv(tmp_path / "names.csv")
    result = program(tmp_path / "names.csv", "--no-shuffle", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    assert "nan" not in result.stdout.splitlines()[-5:] and "\x1b" not in result.stdout
    assert "\\u0141" in result.stdout


def test_a_reader_that_has_enough(tmp_path):
    shell = f'"{sys.executable}" -m titanic_helpers | head -n 1'
    if sys.platform == "win32":
        pytest.skip("no head on Windows")
    result = subprocess.run(shell, shell=True, capture_output=True, text=True)
    assert result.stdout.startswith("1,309") and result.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal on Windows")
def test_interrupted(tmp_path):
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    run = "from titanic_helpers.__main__ import main; main()"
    with subprocess.Popen(      # tests may run where the interrupt is ignored
            [sys.executable, "-u", "-c", f"{listen}; {run}", "--epochs", "1000000"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert "1,309" in process.stdout.readline()
        try:
            process.send_signal(signal.SIGINT)
            try:
                _, err = process.communicate(timeout=10)
            except subprocess.TimeoutExpired:   # it fell into a destructor, which loses it
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, err) == (130, "stopped\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal on Windows")
def test_interrupted_while_pandas_loads(tmp_path):
    (tmp_path / "pandas.py").write_text(
        "import signal, time; signal.raise_signal(signal.SIGINT); time.sleep(30)")
    result = subprocess.run(
        [sys.executable, "-m", "titanic_helpers"], capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "stopped\n")


def test_kaggles_columns(tmp_path, kaggle):
    kaggle.to_csv(tmp_path / "train.csv", index=False)
    result = program("train.csv", "--epochs", 20, "--learning-rate", 1, cwd=tmp_path)
    assert result.returncode == 0
    assert "891 passengers" in result.stdout and "20 epochs" in result.stdout


def test_without_names_and_in_order(tmp_path, kaggle, inside):
    people = kaggle[["Survived", "Pclass", "Sex", "Age", "Fare"]]
    people.to_csv(tmp_path / "short.csv", index=False)
    _, out, _ = inside(tmp_path / "short.csv", "--no-shuffle")
    assert "in the order of the list" in out
    test = people[712:717]
    for line, (_, person) in zip(out.splitlines()[-5:], test.iterrows(), strict=True):
        age = "age unknown" if np.isnan(person.Age) else f"{person.Age:.0f}"
        assert line.endswith(f"{person.Sex}, {age}, class {person.Pclass}")


@pytest.mark.parametrize("n", [5, 17, 18, 20, 100])
def test_few_passengers(inside, n):
    code, out, err = inside("--synthetic", n)
    assert (code, err) == (0, "")
    assert out.count("predicted 0.") == min(5, n - n * 6 // 10 - n * 2 // 10)


def damaged(people, column, value):
    people = people.astype({column: object})
    people.loc[3, column] = value
    return people


@pytest.mark.parametrize(("damage", "message"), [
    (lambda k: k.drop(columns="Survived"), "no column Survived"),
    (lambda k: k.drop(columns="Fare"), "no column Fare"),
    (lambda k: k.drop(columns="Sex"), "no column Sex"),
    (lambda k: k.replace({"Survived": {0: "d", 1: "s"}}), "line 2, column Survived: '"),
    (lambda k: damaged(k, "Pclass", "crew"), "line 5, column Pclass: 'crew'"),
    (lambda k: k.replace({"Sex": {"male": "0", "female": "1"}}), "line 2, column Sex: '"),
    (lambda k: damaged(k, "Age", "unknown"), "line 5, column Age: 'unknown'"),
    (lambda k: damaged(k, "Age", "inf"), "line 5, column Age: 'inf'"),
    (lambda k: damaged(k, "Age", 8000), "line 5, column Age: '8000'"),
    (lambda k: damaged(k, "Fare", -5), "line 5, column Fare: '-5'"),
    (lambda k: k.assign(Age=""), "the age is known for 0 of 891 passengers, and for none "
     "of the 534 to learn from; the program needs at least one there"),
    (lambda k: k.assign(Fare="NA"), "damaged.csv: the fare is known for 0 of 891 "),
    (lambda k: k[:5].assign(Age=["", "", "", 35, 35]), "none of the 3 to learn from"),
    (lambda k: k[:4], "damaged.csv: 4 passengers; the program needs at least 5, to learn"),
    (lambda k: k[:1], "damaged.csv: 1 passenger; the program needs at least 5, to learn"),
    (lambda k: k[:0], "a header but no passengers"),
])
def test_damaged_list_stops_with_one_sentence(tmp_path, kaggle, inside, damage, message):
    path = tmp_path / "damaged.csv"
    damage(kaggle).to_csv(path, index=False)
    code, out, err = inside(path, "--no-shuffle")
    assert (code, out) == (2, "")
    assert message in err and err.count("\n") == 1 and len(err) <= 251
    assert "labelled" not in err                            # that is a hint for Python
    assert err.startswith("python -m titanic_helpers: error: ")


def test_one_known_age_is_enough_where_it_is_learned_from(tmp_path, kaggle, inside):
    kaggle[:5].assign(Age=[22, "", "", "", ""]).to_csv(tmp_path / "five.csv", index=False)
    code, out, err = inside(tmp_path / "five.csv", "--no-shuffle")
    assert (code, err) == (0, "") and "5 passengers; missing age: 4, missing fare: 0" in out


def test_large_counts_have_their_commas(tmp_path, inside):
    people = pd.concat([load_passengers()[list(NEEDED)]] * 4)
    people.to_csv(tmp_path / "large.csv", index=False)
    out = inside(tmp_path / "large.csv", "--epochs", 1)[1]
    assert "5,236 passengers; missing age: 1,052, missing fare: 4\n3,141 to learn " in out
    assert "from, 1,047 to validate, 1,048 to test" in out


def test_read_as_meant_gives_the_same_result(tmp_path, kaggle, inside):
    kaggle.to_csv(tmp_path / "as_it_is.csv", index=False)
    meant = kaggle.replace({"Sex": {"male": " Male", "female": "FEMALE "}})
    meant = meant.astype({"Pclass": float}).rename(columns=str.lower)
    meant.to_csv(tmp_path / "as_meant.csv", index=False)
    results = [inside(tmp_path / f"{name}.csv") for name in ("as_it_is", "as_meant")]
    assert results[0][0] == 0
    accuracies = [out.split("Five of")[0] for _, out, _ in results]
    assert accuracies[0] == accuracies[1]


@pytest.mark.parametrize("args", [
    ["none.csv"], ["."], ["--epochs", "0"], ["--epochs", "ten"], ["--epochs", "1.5"],
    ["--learning-rate", "0"], ["--learning-rate", "nan"], ["--learning-rate", "inf"],
    ["--synthetic", "4"], ["--seed", "-1"], ["--epochs", "1_0"],
    ["--epochs", "٣"], ["--epoch", "5"], ["--epochs", "99999999999"],
    ["a.csv", "--synthetic", "9"], ["--nonsense"], ["--epochs", "1000001"],
    ["--learning-rate", "1000001"], ["--seed", "18446744073709551617"],
])
def test_wrong_command_line(tmp_path, monkeypatch, inside, args):
    monkeypatch.chdir(tmp_path)
    code, out, err = inside(*args)
    assert (code, out) == (2, "")
    assert "error: " in err and "Traceback" not in err


def test_no_such_list(tmp_path, inside):
    code, _, err = inside(tmp_path / "none.csv")
    assert (code, err) == (2, "python -m titanic_helpers: error: "
                              f"{tmp_path / 'none.csv'}: No such file or directory\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no always full disk here")
def test_a_full_disk():
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "titanic_helpers", "--synthetic", "9", "--epochs", "1"],
            stdout=full, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONUNBUFFERED": ""})      # full only at the end
    assert (result.returncode, result.stderr) == (
        2, "python -m titanic_helpers: error: output: No space left on device\n")


def test_in_a_notebook(monkeypatch, capsys):
    """There the arguments are the kernel's, and the output is no file."""
    monkeypatch.setattr(sys, "argv", ["/lib/ipykernel_launcher.py", "-f", "kernel.json"])
    monkeypatch.setattr(sys, "stdout", output := StringIO())
    main()
    assert "Final test accuracy" in output.getvalue() and not capsys.readouterr().err


@pytest.mark.parametrize("args", ["", "none.csv"])
def test_without_an_output(monkeypatch, capsys, args):
    monkeypatch.setattr(sys, "argv", ["titanic_helpers", *args.split()])
    monkeypatch.setattr(sys, "stdout", None)        # as in a shell after >&-
    if args:
        with pytest.raises(SystemExit):
            main()
        assert capsys.readouterr().err.endswith("none.csv: No such file or directory\n")
    else:
        main()
        assert not capsys.readouterr().err


def test_help():
    result = program("--help")
    assert result.returncode == 0
    for option in ("CSV", "--synthetic", "--learning-rate", "--epochs", "--seed",
                   "--no-shuffle"):
        assert option in result.stdout


def test_better_features_beside_the_neuron_and_the_rule(inside, tmp_path, kaggle):
    """The same features built by hand, fitted and scored by scikit-learn."""
    kaggle.to_csv(tmp_path / "train.csv")
    for people, args in [(load_passengers(), ()), (kaggle, (tmp_path / "train.csv",))]:
        code, out, err = inside(*args, "--better")
        assert (code, err) == (0, "")
        learn, _, test = split_rows(len(people), seed=np.random.default_rng(42))
        relatives = people["SibSp"] + people["Parch"]
        women = np.column_stack([(people["Sex"] == "female") & (people["Pclass"] == c)
                                 for c in (1, 2, 3)])
        X = np.column_stack([
            Preparation().fit(people.iloc[learn]).transform(people), women,
            people["Name"].str.contains("Master"), relatives >= 4])
        y = people["Survived"]
        model = LogisticRegression(
            C=1 / (len(learn) * 0.001), fit_intercept=False, tol=1e-8, max_iter=10_000)
        model.fit(X[learn], y[learn])
        share = model.score(X[test], y[test])
        assert f"Better features, and a penalty {share:6.1%}\n" in out
        five = out.splitlines()[-5:]
        assert [float(line[10:16]) for line in five] == pytest.approx(
            model.predict_proba(X[test[:5]])[:, 1], abs=6e-5)
        assert [line[28:] for line in five] == people["Name"].iloc[test[:5]].tolist()
        plain = inside(*args)[1].splitlines()
        assert out.splitlines()[:len(plain) - 7] == plain[:-7], "the rest is as without"


@pytest.mark.parametrize("column", ["Name", "SibSp", "Parch"])
def test_better_features_need_more_columns(inside, tmp_path, kaggle, column):
    kaggle.drop(columns=column).to_csv(tmp_path / "short.csv")
    assert inside(tmp_path / "short.csv")[0] == 0
    code, out, err = inside(tmp_path / "short.csv", "--better")
    assert (code, out) == (2, "")
    assert err == (f"python -m titanic_helpers: error: no column {column} among the "
                   "passengers; a feature is made from it\n")


def test_import_does_not_bring_matplotlib():
    code = "import sys, titanic_helpers; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_pandas_writes_what_the_loader_reads(tmp_path):
    load_passengers().to_csv(tmp_path / "again.csv", index=False)
    pd.testing.assert_frame_equal(load_passengers(tmp_path / "again.csv"),
                                  load_passengers())
