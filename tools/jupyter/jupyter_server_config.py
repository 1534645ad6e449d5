"""JupyterLab, started by run.py, stores a notebook as `run.py notebooks` does.

Otherwise it adds the version of Python as soon as a notebook is opened, and the autosave
changes a file that somebody has only looked at.
"""


def forget_the_version(model: dict, **_: object) -> None:
    if model["type"] == "notebook":
        model["content"]["metadata"].get("language_info", {}).pop("version", None)


c.FileContentsManager.pre_save_hook = forget_the_version  # noqa: F821
