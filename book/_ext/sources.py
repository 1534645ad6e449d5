"""A link to a source keeps its own words: [Wilson](#wilson_1927) reads alike everywhere.

sphinxcontrib-bibtex would put the whole citation in their place.
"""

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode
from sphinxcontrib.bibtex.domain import BibtexDomain


class Sources(BibtexDomain):
    """The sources of the book, and the links to them and to the glossary."""

    def resolve_any_xref(
        self, env: BuildEnvironment, page: str, builder: Builder, target: str,
        node: pending_xref, words: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        found = [
            ("p", make_refnode(builder, page, source.bibliography_key.docname,
                               source.citation_id, words))
            for source in self.citations if source.key == target]
        # Other than its {term}, a plain link misses terms with capitals, as in ROC curve.
        terms = env.get_domain("std")
        if ("term", target.lower()) not in terms.objects:
            term = terms.resolve_xref(env, page, builder, "term", target, node, words)
            found += [("std:term", term)] if term else []
        return found


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("sphinxcontrib.bibtex")
    app.add_domain(Sources, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
