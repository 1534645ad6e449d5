"""The search finds what learners type, and leads to the passage that answers."""

import pytest
from conftest import watch

# What learners type, and the page that must be among the first three results.
WORDS = """
AUC, ROC AUC, specificity, F1: glossary
dummy variable, dummy variables, collinearity: glossary
imbalanced, unbalanced, class imbalance: glossary
standardise, standardize, standardizing, standardization, z-score: glossary
normalization, normalize: glossary
feature scaling, one-hot: 03_encoding
converge, convergence, converged: glossary
broadcast, broadcasting: glossary
stratify, stratified: 07_splits
hyperparameter, hyperparameters, generalization, underfitting: glossary
coefficient, coefficients, coef_, intercept, bias: glossary
random_state, seed: glossary
Kaggle, train.csv, own data: questions running
binary cross-entropy, cross entropy, likelihood: glossary
cost function, MSE, mean squared error, Brier: glossary
convex, local minimum, local minima, backpropagation: glossary
iterations, SGD, stochastic gradient descent, step size: glossary
feature importance, final model, retrain, oversampling, min-max: questions
loss nan, loss increases, loss diverges, loss not decreasing: questions
overflow, initialize weights, np.dot, axis=1, log epsilon, area under curve: questions
logit, odds ratio, leakage: glossary
regularization: 10_regularisation
p-value, McNemar, confidence interval: glossary
train_test_split, data leakage, overfitting: glossary questions
"""
TYPED = [(word, pages.split()) for words, pages in
         (line.split(": ") for line in WORDS.strip().splitlines())
         for word in words.split(", ")]
FIRST_THREE = """words => words.map(typed => Search._performSearch(
  ...Search._parseQuery(typed)).slice(-3).map(([page]) => page.replace("book/", "")))"""
ANSWER = """words => {
  document.getElementById("search-results").innerHTML = "";
  Search.performSearch(words);
}"""


@pytest.fixture(scope="module")
def search(chromium, address):
    page = watch(chromium.new_page(), address)
    page.goto(f"{address}/search.html?q=dummy+variable")
    yield page
    page.close()


@pytest.mark.slow
def test_a_result_leads_to_the_passage_and_shows_it(search):
    search.locator("ul.search p.context").nth(1).wait_for()
    entry = search.locator("ul.search li").filter(has_text="Glossary > one-hot encoding")
    assert entry.locator("a").get_attribute("href").endswith("#term-one-hot-encoding")
    assert "also called dummy variables" in entry.inner_text()
    # If a heading has all the words, the index is enough: a folder without a server.
    assert ["book/questions", "#precision-or-recall"] in search.evaluate(
        """Search._performSearch(...Search._parseQuery("recall or precision")).map(
           ([page, , anchor]) => [page, anchor])""")


def test_search_finds_what_learners_type(search):
    found = search.evaluate(FIRST_THREE, [word for word, _ in TYPED])
    assert len(TYPED) > 60
    assert [(word, pages, got) for (word, pages), got in zip(TYPED, found, strict=True)
            if not set(pages) & set(got)] == []


def test_search_says_when_it_finds_nothing(search):
    """Words that every object knows, a number and a word that no page has."""
    for words, answer in [
        ("constructor", "Please check the spelling"), ("toString", "spelling"),
        ("valueOf", "spelling"), ("hasOwnProperty", "spelling"), ("__proto__", "spelling"),
        ("constructor __proto__", "spelling"), ("qwertz", "spelling"),
        ("4711", "A number is only found as it is printed"),
    ]:
        search.evaluate(ANSWER, words)
        said = search.locator(".search-summary", has_text="did not match any page. ")
        said.filter(has_text=answer).wait_for()
    search.evaluate(ANSWER, "rate for keras model")
    search.locator(".search-summary", has_text="have most of them").wait_for()
    assert search.trouble == []


@pytest.mark.slow
@pytest.mark.parametrize("words, first", [
    ("1,309 passengers", "1,309"), ("1309", "1309"), ("0.469 log loss", "0.469"),
    ("0.5", "must it be 0.5"), ("standardize", "or standardise?"),
    ("why is my loss nan", "Why is my loss NaN?"), ("precision vs recall", "Precision or"),
    ("cost is nan after one step", "Why is my loss NaN?"),
    ("why is it called regression", "why “regression”?"),
    ("loss only increases", "rise, jump"),
    ("predictions all below 0.5", "only one outcome"),
])
def test_the_first_result_is_the_best(search, words, first):
    search.evaluate(ANSWER, words)
    search.locator("ul.search li:first-child", has_text=first).locator("p").wait_for()
    assert search.trouble == []
