"""The figures that move, in a real browser: their numbers, and the hands of a reader."""

import json
import re
from itertools import cycle, product

import numpy as np
import pandas as pd
import pytest
from conftest import watch
from contents import ROOT
from test_pages import AXE, ONE_OF_EACH_COLOUR, TAGS, VIOLATIONS

from titanic_helpers import (
    FEATURES,
    Preparation,
    accuracy,
    confusion_matrix,
    gradient_step,
    load_passengers,
    log_loss,
    log_loss_gradient,
    mae,
    mae_gradient,
    predict,
    sigmoid,
    split_rows,
    weighted_sums,
    wilson_interval,
)

STATIC = ROOT / "book" / "_static"
# By page and figure: a state as the address has it, "" for the first and otherwise what the
# prose links to, and what the figure then says.
STATES = {
    "intro": {"threshold": {
        "": {"accuracy": "78.3%", "low": "73.0%", "high": "82.9%"},
        "threshold=0.6": {},
    }},
    "04_sigmoid": {"one-passenger": {
        "": {"z": "1.2126", "probability": "0.7708", "contribution-Age": "-0.1450",
             "contribution-LogFare": "0.2576", "contribution-Sex_female": "0.8000",
             "contribution-Pclass_1": "0.3000"},
        "shift=2": {"probability": "0.7708"},
        "passenger=braund": {"probability": "0.4729"},
    }},
    "08_evaluation": {
        "threshold": {
            "": {"true-negatives": "143", "false-positives": "21", "false-negatives": "36",
                 "true-positives": "63", "precision": "0.750", "recall": "0.636",
                 "accuracy": "0.783", "low": "0.730", "high": "0.829"},
            "threshold=0.6": {"accuracy": "0.821"},
            "threshold=0.6&rows=validation": {"accuracy": "0.770"},
            "rows=validation": {"accuracy": "0.812"},
            "threshold=0.4&rows=validation": {"accuracy": "0.820"},
        },
        "one-passenger": {
            "": {"z": "0.131", "probability": "0.533", "contribution-Age": "-0.516",
                 "contribution-LogFare": "0.013", "contribution-Sex_male": "-0.751",
                 "contribution-Pclass_1": "1.385"},
            "age=29": {"probability": "0.465"},
            "passenger=braund&age=32": {"probability": "0.093"},
            "shift=2": {},
        },
    },
    "05_mae": {"two-losses": {
        "": {"log-loss": "0.693", "mae": "0.500"},
        "weight-men=0": {"mae": "0.500", "log-loss": "0.693"},
        "weight-men=-6&weight-women=6": {"mae": "0.221", "log-loss": "1.323"},
    }},
    "06_gradient_descent": {
        "certain-and-wrong": {
            "": {"z": "6.00", "probability": "0.998", "loss-log": "6.002",
                 "loss-mae": "0.998", "slope-log": "0.998", "slope-mae": "0.002"},
            "steps=100": {"probability-log": "0.069", "probability-mae": "0.997"},
            "z=0": {"probability": "0.500", "slope-mae": "0.250"},
            "z=2.2": {"probability": "0.900", "slope-mae": "0.090"},
            "z=6.91": {"probability": "0.999", "slope-mae": "0.001"},
        },
        "learning-rate": {
            "": {"epoch": "0", "log-loss": "0.9482", "accuracy": "0.3820"},
            "rate=1.301&epoch=100": {"log-loss": "0.8009", "steps-uphill": "48"},
            "rate=-3&epoch=100": {"rate": "0.001", "log-loss": "0.9258"},
            "rate=2&epoch=100": {"rate": "100", "log-loss": "1.1899"},
        },
        "two-losses": {
            "": {"log-loss": "0.693", "mae": "0.500"},
            "steps=400": {"probability-men": "0.191", "probability-women": "0.727"},
            "loss=mae&steps=400": {
                "probability-men": "0.007", "probability-women": "0.983"},
        },
    },
    "07_splits": {"another-shuffle": {
        "": {"neuron": "0.772", "rule": "0.772", "best": "0.772", "mean": "0.772"},
        "draws=20&report=1": {"best": "0.814", "mean": "0.779"},
        "draws=43&report=1": {"best": "0.856"},
    }},
}
NONSENSE = re.compile(r"\b(NaN|nan|undefined|null|Infinity)\b|'-0(\.0*)?'|''")
SCRIPTS = ["neuron", "figures", *{
    name.replace("-", "_") for figures in STATES.values() for name in figures}]


@pytest.fixture(scope="module")
def neuron(chromium):
    """Call a function of neuron.js, as shipped: neuron("mae", y, p)."""
    page = chromium.new_page()
    page.add_script_tag(path=STATIC / "neuron.js")

    def call(name, *args):
        args = json.dumps([np.asarray(a).tolist() for a in args])
        return page.evaluate(f"neuron.{name}(...{args})")

    yield call
    page.close()


def rows(seed, n=40):
    rng = np.random.default_rng(seed)
    X, w = rng.normal(size=(n, 7)), rng.normal(size=7)
    return X, w, rng.integers(0, 2, n).astype(float)


@pytest.mark.parametrize("size", [0, 1, 1000], ids=["zero", "small", "extreme"])
def test_the_script_computes_what_the_package_does(neuron, size):
    X, w, y = rows(size)
    w = size * w
    z, p = weighted_sums(X, w), predict(X, w)
    for name, function, args in [
            ("weighted_sums", weighted_sums, (X, w)), ("predict", predict, (X, w)),
            ("mae", mae, (y, p)), ("log_loss", log_loss, (y, z)),
            ("log_loss_gradient", log_loss_gradient, (X, y, p)),
            ("mae_gradient", mae_gradient, (X, y, p)),
            ("gradient_step", gradient_step, (X, y, w, 0.5)),
            ("confusion_matrix", confusion_matrix, (y, p)),
            ("confusion_matrix", confusion_matrix, (y, p, 0)),
            ("confusion_matrix", confusion_matrix, (y, p, 1)),
            ("accuracy", accuracy, (y, p, 0.3))]:
        expected, found = function(*args), neuron(name, *args)
        assert np.shape(found) == np.shape(expected), name
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9, err_msg=name)


def test_the_script_computes_the_ends_and_the_interval(neuron):
    for z in (-1000, -40, -1e-9, 0, 40, 1000):
        assert abs(neuron("sigmoid", z) - sigmoid(z)) < 1e-12
        for target in (0, 1):
            expected = log_loss([target], [z])
            assert abs(neuron("log_loss", [target], [z]) - expected) < 1e-9
    for correct, n in [(0, 1), (1, 1), (0, 263), (216, 263), (263, 263), (8, 10)]:
        np.testing.assert_allclose(neuron("wilson_interval", correct, n),
                                   wilson_interval(correct, n), rtol=0, atol=1e-9)


@pytest.mark.parametrize("gradient, loss", [
    ("log_loss_gradient", lambda y, z: log_loss(y, z)),
    ("mae_gradient", lambda y, z: mae(y, sigmoid(z)))])
def test_the_scripts_gradients_are_slopes(neuron, gradient, loss):
    X, w, y = rows(7)
    h = 1e-5 * np.eye(7)
    slopes = [(loss(y, X @ (w + step)) - loss(y, X @ (w - step))) / 2e-5 for step in h]
    np.testing.assert_allclose(
        neuron(gradient, X, y, predict(X, w)), slopes, rtol=0, atol=1e-9)


def test_the_scripts_and_the_data_are_small(site):
    assert sum((STATIC / f"{name}.js").stat().st_size for name in SCRIPTS) <= 30_000
    for path in (site / "book").glob("*.html"):
        html = path.read_text(encoding="utf-8")
        data = re.findall('<titanic-figure .*?</titanic-figure>', html)
        assert sum(len(part.encode()) for part in data) <= 40_000, path.stem
        found = re.findall('<titanic-figure data-figure="(.+?)">', html)
        assert found == list(STATES.get(path.stem, {})), path.stem
        wanted = {"neuron", "figures", *found} if found else set()
        assert wanted == {name.replace("_", "-") for name in SCRIPTS
                          if f"_static/{name}.js" in html}, path.stem


@pytest.fixture(scope="module")
def tab(chromium, site):
    """One narrow tab for all figures; the pages are files in a folder."""
    context = chromium.new_context(viewport={"width": 320, "height": 740},
                                   reduced_motion="reduce")     # no waiting for a scroll
    yield watch(context.new_page(), site.as_uri())
    context.close()


@pytest.fixture(params=STATES)
def page(request, tab, site):
    """A page with figures, in their first state."""
    tab.name = request.param
    tab.trouble.clear()
    tab.goto("about:blank")
    tab.goto((site / "book" / f"{request.param}.html").as_uri())
    yield tab
    assert tab.trouble == []


def says(figure):
    """What a figure says, by name."""
    shown = dict(figure.locator("output").evaluate_all(
        "all => all.map(o => [o.dataset.value, o.textContent])"))
    assert not NONSENSE.search(str(shown))
    return shown


def says_at_last(figure, expected):
    """What it says as soon as it says what is expected; at the latest after two seconds."""
    for _ in range(40):
        if says(figure).items() >= expected.items():
            break
        figure.page.wait_for_timeout(50)
    return says(figure)


def figures_of(page):
    for name, states in STATES[page.name].items():
        yield page.locator(f"titanic-figure[data-figure={name}]"), name, states


def test_every_state_says_what_the_chapter_says(page):
    notebook = (ROOT / "book" / f"{page.name}.ipynb").read_text(encoding="utf-8")
    outputs = str([cell["outputs"] for cell in json.loads(notebook)["cells"]
                   if cell["cell_type"] == "code"])
    for figure, name, states in figures_of(page):
        links = page.locator(f"a[href*='#{name}?']")
        assert set(links.evaluate_all("all => all.map(a => a.hash.split('?')[1])")) \
            == set(states) - {""}
        for state, expected in states.items():
            if state:
                link = page.locator(f"a[href='#{name}?{state}']").first
                link.click()
                prose = link.evaluate("a => a.closest('p, li').textContent")
                assert all(text in prose for text in expected.values()), (state, prose)
            assert says_at_last(figure, expected).items() >= expected.items(), state
            assert not state or figure.locator("[role=status]").text_content()
            assert all(text in outputs for text in expected.values()), state


@pytest.mark.slow
def test_the_whole_figure_by_keyboard(page):
    for figure, _, _ in figures_of(page):
        controls = figure.locator("[data-control]")
        controls.first.focus()
        for control in controls.all():
            kind, name, has_focus = control.evaluate(
                "e => [e.type, e.dataset.control, e == document.activeElement]")
            assert has_focus, f"{name} is not next by Tab"
            before = says(figure)
            page.keyboard.press({"range": "End", "button": "Enter"}.get(kind, "ArrowDown"))
            if kind == "range":
                page.keyboard.press("ArrowLeft")
                assert says(figure)[name] != before[name]
            status = figure.locator("[role=status]").text_content()
            assert status.endswith(".") and not NONSENSE.search(status)
            page.keyboard.press("Tab")
        assert figure.locator("svg:not([aria-hidden=true])").count() == 0
    state = says(figure)
    page.wait_for_timeout(150)      # the address is written ten times a second at most
    page.reload()
    assert says(figure) == state, "the address keeps it"
    page.evaluate(AXE)          # test_pages does the same in the dark
    page.evaluate(ONE_OF_EACH_COLOUR)
    assert page.evaluate(VIOLATIONS, ["titanic-figure", TAGS]) == []


@pytest.mark.slow
def test_the_rates_of_the_chapter_give_its_table(tab, site):
    cells = json.loads((ROOT / "book" / "06_gradient_descent.ipynb").read_text("utf-8"))
    table, = [o["data"]["text/plain"] for cell in cells["cells"]
              for o in cell.get("outputs", []) if "data" in o
              and "steps uphill" in "".join(o["data"]["text/plain"])]
    tab.goto((site / "book" / "06_gradient_descent.html").as_uri())
    figure = tab.locator("titanic-figure[data-figure=learning-rate]")
    figure.locator("[data-control=step-100]").click()
    rows = [line.split() for line in table[1:]]
    assert len(rows) == 7
    for rate, loss, _, uphill, share in rows:
        figure.locator(f"[data-control='rate-{rate}']").click()
        assert says(figure) == {"rate": rate, "epoch": "100", "log-loss": loss,
                                "steps-uphill": uphill, "accuracy": share}
    tab.evaluate("location.hash = 'learning-rate?rate=1.0128'")
    tab.evaluate("new Promise(requestAnimationFrame)")
    assert says(figure)["rate"] == "10.3"


@pytest.mark.slow
def test_the_steps_of_the_chapter_end_where_it_says(tab, site):
    tab.goto((site / "book" / "06_gradient_descent.html").as_uri())
    figure = tab.locator("titanic-figure[data-figure=two-losses]")
    step, far = (figure.locator(f"[data-control={name}]") for name in ("step", "step-100"))
    step.evaluate("e => { for (let i = 0; i < 100; i++) e.click(); }")
    for _ in range(3):
        far.click()
    shown = says(figure)
    assert (shown["weight-men"], shown["weight-women"]) == ("-1.44", "0.98")
    figure.locator("[data-control=lowest]").click()
    assert says(figure)["log-loss"] == shown["log-loss"] and says(figure)["steps"] == "0"
    assert says(figure)["probability-men"] == "0.191"
    figure.locator("[data-control=zero]").click()
    figure.locator("[data-control=loss]").select_option("mae")
    for _ in range(4):
        far.click()
    shown = says(figure)
    assert (shown["weight-men"], shown["weight-women"]) == ("-5.01", "4.04")
    figure.locator("[data-control=weight-men]").press("ArrowRight")
    assert says(figure)["steps"] == "0" and says(figure)["weight-women"] == "4.04"


def work(figure, states):
    """Set controls, state by state, as a reader does; what the figure then says."""
    return figure.evaluate("""(e, states) => states.map(state => {
        for (const [key, value] of Object.entries(state)) {
            const control = e.querySelector(`[data-control=${key}]`);
            control.value = value;
            control.dispatchEvent(new Event("input", {bubbles: true}));
            control.dispatchEvent(new Event("change", {bubbles: true}));
        }
        return [Object.fromEntries([...e.querySelectorAll("output")].map(
            o => [o.dataset.value, o.textContent])), e.innerHTML];
    })""", states)


def data_of(chapter, name):
    """What a chapter hands over to a figure."""
    notebook = (ROOT / "book" / f"{chapter}.ipynb").read_text(encoding="utf-8")
    texts = ["".join(output["data"]["text/html"]) for cell in json.loads(notebook)["cells"]
             for output in cell.get("outputs", []) if "text/html" in output.get("data", {})]
    text, = [text for text in texts if f'data-figure="{name}"' in text]
    return json.loads(re.search("<script.*?>(.*)</script>", text)[1], object_hook=lambda o:
                      [o["of"][int(i)] for i in o["at"]] if "of" in o else o)


@pytest.mark.slow
@pytest.mark.parametrize("chapter", ["intro", "08_evaluation"])
def test_every_threshold_counts_as_the_package_does(tab, site, chapter):
    tab.goto((site / "book" / f"{chapter}.html").as_uri())
    figure = tab.locator("titanic-figure[data-figure=threshold]")
    data = data_of(chapter, "threshold")
    style = "{:.1%}" if chapter == "intro" else "{:.3f}"
    thresholds = np.round(np.linspace(0, 1, 101), 2)
    for rows in ("test", "validation"):
        y, p = data[rows]["survived"], np.array(data[rows]["p"])
        states = [{"rows": rows, "threshold": t} for t in thresholds]
        for t, (shown, html) in zip(thresholds, work(figure, states), strict=True):
            (tn, fp), (fn, tp) = confusion_matrix(y, p, t)
            low, high = wilson_interval(tn + tp, len(y))
            expected = {"accuracy": (tn + tp) / len(y), "recall": tp / (fn + tp),
                        "precision": tp / (tp + fp) if tp + fp else None,
                        "low": low, "high": high}
            assert shown.items() >= {
                "threshold": f"{t:.2f}", "true-negatives": str(tn),
                "false-positives": str(fp), "false-negatives": str(fn),
                "true-positives": str(tp)}.items()
            for name, share in expected.items():
                assert shown[name] == ("–" if share is None else style.format(share)), name
            if chapter != "intro":
                x, y_ = re.search(r'"dot".*?translate\((\S+) (\S+)\)', html).groups()
                np.testing.assert_allclose([float(x), 100 - float(y_)], [
                    100 * fp / (tn + fp), 100 * tp / (fn + tp)])
    assert tab.trouble == []


@pytest.mark.slow
def test_every_mark_names_its_person(tab, site):
    tab.goto((site / "book" / "intro.html").as_uri())
    figure = tab.locator("titanic-figure")
    people = data_of("intro", "threshold")["test"]
    named = {shown["person"] for shown, _ in work(
        figure, [{"person": n} for n in range(1, len(people["p"]) + 1)])}
    fates = ["died", "survived"]
    assert named == {f"{name}: {p:.1%}, {fates[int(fate)]}" for name, p, fate in zip(
        people["name"], people["p"], people["survived"], strict=True)}
    (shown, _), = work(figure, [{"person": 200}])
    figure.locator("svg").evaluate(
        "svg => svg.scrollIntoView({block: 'center', behavior: 'instant'})")
    ring = figure.locator(".who").bounding_box()
    work(figure, [{"person": 0}])
    tab.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    tab.evaluate("new Promise(requestAnimationFrame)")
    assert says(figure)["person"] == shown["person"]


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("chapter, digits", [("04_sigmoid", 4), ("08_evaluation", 3)])
def test_one_passenger_gets_what_the_package_gives(tab, site, chapter, digits):
    tab.goto((site / "book" / f"{chapter}.html").as_uri())
    figure = tab.locator("titanic-figure[data-figure=one-passenger]")
    data, people = data_of(chapter, "one-passenger"), load_passengers()
    fit = people if chapter == "04_sigmoid" else people.iloc[split_rows(1309, seed=1912)[0]]
    preparation = Preparation().fit(fit)
    listed = people[people["Name"].isin([p["name"] for p in data["people"].values()])]
    states = [{"passenger": name.partition(",")[0].lower()} for name in listed["Name"]]
    columns = {"Sex": ["female", "male"], "Pclass": [1, 2, 3], "Age": [0, 33, 80],
               "Fare": [0, 13, 512]}
    invented = pd.DataFrame(product(*columns.values()), columns=list(columns))
    states += [{"sex": sex, "class": pclass, "age": age, "fare": fare, "shift": shift}
               for shift, (sex, pclass, age, fare) in zip(
                   cycle([0, -5, 1.5, 5]), invented.itertuples(index=False), strict=False)]
    X = preparation.transform(pd.concat([listed, invented]))
    weights = np.array(data["weights"])
    for x, state, (shown, _) in zip(X, states, work(figure, states), strict=True):
        shifted = weights + state.get("shift", 0) * np.array([0, 0, 1, 1, -1, -1, -1])
        expected = {"z": x @ weights, "probability": sigmoid(x @ weights), **{
            f"contribution-{name}": value
            for name, value in zip(FEATURES, x * shifted, strict=True)}}
        for name, value in expected.items():
            assert abs(float(shown[name]) - value) <= 0.51 * 10**-digits, (state, name)
        if "near" in data:
            assert shown["near"] == data["near"][min(4, int(5 * sigmoid(x @ weights)))]
        imaginary = "passenger" not in state
        assert shown["note"].startswith("An imaginary" if imaginary else "As on the list")
def test_the_splits_are_those_of_the_chapter(tab, site):
    """One by one: ahead, level and behind as often as it counts, and its best and mean."""
    cells = json.loads((ROOT / "book" / "07_splits.ipynb").read_text("utf-8"))["cells"]
    printed = "\n".join("".join(o["data"]["text/plain"]) for cell in cells
                        for o in cell.get("outputs", []) if "data" in o)
    tab.goto((site / "book" / "07_splits.html").as_uri())
    figure = tab.locator("titanic-figure")
    leads = figure.evaluate("""figure => Array.from({length: 200}, (_, i) => {
        if (i) figure.querySelector("[data-control=draw]").click();
        return Number(figure.querySelector("[data-value=lead]").textContent);
    })""")
    for name, sign in [("ahead", 1), ("level", 0), ("behind", -1)]:
        splits, = re.findall(rf"^{name} +(\d+) ", printed, re.M)
        assert np.sum(np.sign(leads) == sign) == int(splits), name
    figure.locator("[data-control=draw-20]").click()
    shown = says(figure)
    mean, = re.findall(r"^mean +(\S+) .*\nstd ", printed, re.M)
    best, = re.findall(r"^min .*\nmax +(\S+) ", printed, re.M)
    assert (shown["draws"], shown["mean"], shown["best"]) == ("200", mean, best)


@pytest.mark.slow
def test_certain_and_wrong_is_what_the_package_computes(tab, site):
    passengers = load_passengers()
    x = Preparation().fit(passengers).transform(passengers)[[689]]
    died = np.zeros(1)
    tab.goto((site / "book" / "06_gradient_descent.html").as_uri())
    figure = tab.locator("titanic-figure[data-figure=certain-and-wrong]")
    for z, steps in [(-8, 100), (-2.5, 0), (0, 100), (3.33, 700), (8, 2000)]:
        p = sigmoid(np.array([z]))
        expected = {"z": f"{z:.2f}", "steps": str(steps), "probability": f"{p[0]:.3f}",
                    "loss-log": f"{log_loss(died, [z]):.3f}",
                    "loss-mae": f"{mae(died, p):.3f}"}
        for name, gradient in [("log", log_loss_gradient), ("mae", mae_gradient)]:
            expected[f"slope-{name}"] = f"{gradient(np.ones((1, 1)), died, p)[0]:.3f}"
            w = z * x[0] / (x @ x[0])
            for _ in range(steps):
                w = gradient_step(x, died, w, 0.1, gradient)
            expected[f"z-{name}"] = f"{x[0] @ w:.2f}"
            expected[f"probability-{name}"] = f"{sigmoid(x[0] @ w):.3f}"
        tab.evaluate("state => { location.hash = `certain-and-wrong?${state}` }",
                     f"z={z}&steps={steps}")
        tab.evaluate("new Promise(requestAnimationFrame)")
        assert says(figure) == expected


@pytest.mark.slow
def test_the_picture_is_what_is_printed(page):
    for media, moves in [("print", False), ("screen", True)]:
        page.emulate_media(media=media)
        for figure, _, _ in figures_of(page):
            picture = page.locator("figure", has=figure).locator("img")
            assert figure.is_visible() == moves and picture.is_visible() != moves
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.slow
def test_without_javascript_the_picture_is_shown(visit, site):
    page = visit((site / "book" / "05_mae.html").as_uri(), java_script_enabled=False)
    assert page.locator("#fig-landscapes img").is_visible()
    assert not page.locator("titanic-figure").is_visible()


AT_RANDOM = """async (figure, seed) => {
  const random = () => (seed = seed * 16807 % 2147483647) / 2147483647;
  const controls = [...figure.querySelectorAll("[data-control]")], seen = [];
  const work = (control, share) => {
    if (control.type == "button") return control.click();
    if (control.options) control.selectedIndex = Math.floor(share * 0.99
                                                            * control.options.length);
    else control.value = Number(control.min) + share * (control.max - control.min);
    for (const name of ["input", "change"])
      control.dispatchEvent(new Event(name, {bubbles: true}));
  };
  const look = () => seen.push(
    ...figure.querySelector("svg").innerHTML.match(/NaN|Infinity|undefined/g) ?? [],
    ...[...figure.querySelectorAll("output")].map(o => o.textContent));
  for (const control of controls)
    for (let i = 0, n = control.type == "button" ? 2 : 20; i <= n; i++) {
      work(control, i / n);
      look();
    }
  for (let i = 0; i < 200; i++) {
    work(controls[Math.floor(random() * controls.length)], Math.round(random() * 30) / 30);
    look();
  }
  return [...new Set(seen)];
}"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_breaks_in_the_full_ranges_and_at_random(page, seed):
    for figure, name, _ in figures_of(page):
        seen = figure.evaluate(AT_RANDOM, seed)
        assert len(seen) > 20 and not NONSENSE.search(str(seen)), name


@pytest.mark.slow
def test_an_address_with_nonsense_changes_nothing(tab, site):
    tab.goto((site / "book" / "05_mae.html").as_uri())
    tab.trouble.clear()
    figure = tab.locator("titanic-figure").first
    before = says(figure)
    for junk in ("weight-men=abc", "weight-men=", "weight-men=1e999", "weight-men=NaN",
                 "two-losses?", "two-losses?toString=3", "nobody?weight-men=3", "%", "?=&"):
        tab.evaluate("hash => { location.hash = hash }", junk)
        tab.evaluate("new Promise(requestAnimationFrame)")
        assert says(figure) == before, junk
    tab.evaluate("location.hash = 'two-losses?weight-men=99'")
    tab.evaluate("new Promise(requestAnimationFrame)")
    assert says(figure)["weight-men"] == "6.00"
    assert tab.trouble == []
