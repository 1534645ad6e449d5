"""The words that the extensions and templates write: all of them, for a translator.

What the theme and Sphinx write follows from `language` in _config.yml. What a notebook
says that misses the package stands in the notebooks and in address.py, and must agree.
"""

from sphinx.application import Sphinx
from sphinx.config import Config

WORDS = {
    # what a screen reader calls parts of the frame, and what stands at its buttons
    "book": "Book",
    "contents_of_book": "Contents of the book",
    "contents_of_page": "Contents of this page",
    "exercises": "Exercises",
    "search": "Search",
    "colours": "Light, dark, or as the system",
    "colab": "Running this book says what to run there first",
    "open_book": "Open the book",
    # an exercise, on its page and as a student gets it
    "back": "Back to the chapter",
    "download": "Download this notebook without the solutions",
    "your_code": "# Your code here",
    "your_answer": "*Your answer here.*",
    "answer": "A good answer",
    "solution": "A solution",
    "show_check": "Show the check",
    "hide_check": "Hide the check",
    "show_solution": "Show a solution",
    "hide_solution": "Hide a solution",
    # what a search engine sees, and what stands below a shared link
    "subtitle": "A neural network from scratch, in NumPy",
    "card": "One Neuron on the Titanic. A neural network from scratch, in NumPy, "
            "on the real passenger list. The S-shaped curve of the neuron, with "
            "passengers who survived at its upper end and who died at its lower.",
    # what a search says that found less than was asked for
    "search_most": "No page has all of these words. These have most of them.",
    "search_none": "Your search did not match any page.",
    "search_number": "A number is only found as it is printed, with the same digits.",
    "search_spelling": "Please check the spelling, or try other words.",
    # for an address that leads nowhere
    "not_found": "There is no such page",
    "why_not_found": "The address may be mistyped, or the page may have moved. You can "
                     "search the book, or start at its",
    "opening_page": "opening page",
}


def give_to_templates(app: Sphinx, config: Config) -> None:
    config.html_context["words"] = WORDS


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", give_to_templates)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
