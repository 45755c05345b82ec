"""Pages that open offline: everything inside, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypedDict

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from tandem.experiments.files.record import text_of_record
from tandem.experiments.pages.figure import Figure
from tandem.experiments.pages.telling import marked, spoken_now

Section = Mapping[str, Any]
"""A part of a page by the names its template knows: texts, numbers, tables, figures."""


class Table(TypedDict):
    """A table as the templates take it."""

    heads: list[str]
    words: tuple[int, ...]
    """The columns that hold words, not numbers."""
    rows: list[list[dict[str, str]]]
    """A cell has a `main` text; it may have an `aside` and a `look`."""


def render(template: str, **values: Any) -> str:
    """The page `template` of `templates/` with these values, as HTML text; its head carries the record of the command at work."""
    loader = PackageLoader("tandem.experiments.pages", "templates")
    rooms = Environment(loader=loader, autoescape=True, trim_blocks=True)
    rooms.globals |= {"said": marked, "lang": spoken_now()}
    page = rooms.get_template(f"{template}.html.jinja").render(**values)
    if not (record := text_of_record()):
        return page
    return page.replace("</head>", str(Markup('<meta name="tandem.provenance" content="{}">\n</head>').format(record)), 1)


def drawn_inline(figure: Figure) -> dict[str, str]:
    """A figure as the page's templates take it."""
    return {
        "name": figure.name,
        "heading": figure.heading,
        "sentence": figure.sentence,
        "footing": figure.footing,
        "svg": inline(figure.svg, figure.name, figure.heading),
        "narrow": inline(figure.narrow, f"{figure.name}-narrow", figure.heading) if figure.narrow else "",
    }


def inline(svg: str, name: str, heading: str) -> Markup:
    """An SVG for use inside a page: names made its own, so that figures do not mix up each other's parts; the description for
    machines left out."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s(?:xmlns(?::\w+)?|width|height)="[^"]*"', "", svg[: svg.index(">")]) + svg[svg.index(">") :]
    svg = svg.replace('xlink:href="#', 'href="#')
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    label = Markup.escape(heading)
    return Markup(svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1))
