"""Formulas as MathML: drawn by the browser, read by screen readers, without a script.

latex2mathml turns LaTeX into MathML. It leaves three things to be done here: aligned
equations, which it does not know; signs and spacing, where it is a little off; and the
LaTeX itself, which goes along as an annotation, for copying. In a line of text a formula
keeps its comma: no line ends between the two.
"""

import re
from html import escape

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

ALIGNED = re.compile(r"\\begin\{aligned\}(.*)\\end\{aligned\}", re.DOTALL)
MENDED = {
    # an operator, and the one bar that the font can stretch
    "<mi>&#x000B1;</mi>": "<mo>&#x000B1;</mo>",
    r'<mo stretchy="true">&#x000AF;</mo>': '<mo stretchy="true">&#x0203E;</mo>',
    # a minus behind an operator or an opening bracket is a sign, not a difference
    r"(<mo[^>]*>(?!\)|\]|\||&#x00029;|&#x0005D;|&#x0007C;)[^<]+</mo>)<mo>&#x02212;</mo>":
        r'\1<mo form="prefix">&#x02212;</mo>',
    r"<mo>/</mo>|<mo>&#x0002F;</mo>": '<mo lspace="0" rspace="0">/</mo>',
    r'<mo stretchy="false">(?:\||&#x0007C;)</mo>':
        '<mo stretchy="false" lspace="0" rspace="0">|</mo>',
    # a gap before ln, and behind it unless a bracket follows
    r"(<m[io]>ln</m[io]>)(?!<mo[^>]*>&#x00028;)": r'\1<mspace width="0.17em"/>',
    r"(&#x00029;</mo>|</mi>|</mn>|</msub>)(<m[io]>ln)": r'\1<mspace width="0.17em"/>\2',
}


def mathml(latex: str, display: str) -> str:
    """Turn LaTeX into a math element; display is "inline" or "block"."""
    latex = latex.strip()
    if table := ALIGNED.fullmatch(latex):
        rows = re.split(r"\\\\(?:\[[^]]*\])?", table[1])
        cells = [[_content(cell, "block") for cell in row.split("&")] for row in rows]
        content = "".join(
            "<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in row) + "</mtr>"
            for row in cells)
        content = f'<mtable class="aligned" displaystyle="true">{content}</mtable>'
    else:
        content = _content(latex, display)
    note = f'<annotation encoding="application/x-tex">{escape(latex)}</annotation>'
    return (f'<math display="{display}" translate="no"><semantics><mrow>{content}</mrow>'
            f"{note}</semantics></math>")


def _content(latex: str, display: str) -> str:
    if not latex.strip():
        return ""
    content = re.sub(r"</?math[^>]*>", "", convert(latex.strip(), display=display))
    for pattern, replacement in MENDED.items():
        content = re.sub(pattern, replacement, content)
    return content


class KeepPunctuation(SphinxPostTransform):
    """Put a formula into one box with the punctuation behind it, and a "(" before it."""

    default_priority = 500
    formats = ("html",)

    def run(self, **_: object) -> None:
        for formula in list(self.document.findall(nodes.math)):
            before, after = formula.previous_sibling(), formula.next_node(
                descend=False, siblings=True)
            marks = isinstance(after, nodes.Text) and re.match("[.,;:?!)]+", after)
            if not marks:
                continue
            box = nodes.inline(classes=["unbroken"])
            formula.replace_self(box)
            box += [formula, nodes.Text(marks[0])]
            after.parent.replace(after, nodes.Text(after[marks.end():]))
            if isinstance(before, nodes.Text) and before.endswith("("):
                box.insert(0, nodes.Text("("))
                before.parent.replace(before, nodes.Text(before[:-1]))


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math formula"))
    formula = mathml(node.astext(), "block")
    # the theme's script lets a box of this class be focused as long as it scrolls
    self.body.append(f'<div class="scroll pst-scrollable-table-container">{formula}</div>')
    if node.get("number"):
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Permalink to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(KeepPunctuation)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
