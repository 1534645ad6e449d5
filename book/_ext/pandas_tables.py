"""Say for each head of a pandas table whether it belongs to a column or to a row.

A browser that translates the page leaves the data as they are.
"""

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class HeadTables(SphinxPostTransform):
    default_priority = 500
    formats = ("html",)

    def run(self, **_: object) -> None:
        for raw in self.document.findall(nodes.raw):
            if 'class="dataframe' in raw.astext():
                raw.children = [nodes.Text(with_heads(raw.astext()))]


def with_heads(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for table in soup.select("table.dataframe"):
        table["translate"] = "no"
    for head in soup.select("table.dataframe th"):
        if not head.contents:       # the empty corner is not a head
            head.name = "td"
        else:
            head["scope"] = "col" if head.find_parent("thead") else "row"
    return str(soup)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(HeadTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
