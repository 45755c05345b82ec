"""The documentation as a site: four rooms (tutorials, how-to, reference, explanation), built offline by Sphinx."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

import tandem  # noqa: E402
from docs import generated  # noqa: E402

project = "Tandem"
author = "The Tandem authors"
copyright = "The Tandem authors"
release = tandem.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["*.py"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
nb_execution_mode = "off"  # notebooks are committed with their outputs; a test runs each from a clean kernel
nb_ipywidgets_js = {}  # nothing is fetched: a live widget shows its still picture
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["mystnb.unknown_mime_type"]  # a live widget: its still picture is shown
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True}

html_theme = "furo"
html_title = f"Tandem {release}"
html_copy_source = False
html_show_sourcelink = False

generated.write(HERE)
