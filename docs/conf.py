"""Sphinx's configuration; ``make docs`` builds the site into docs/_build/html."""

from __future__ import annotations

import pymongo_cpp

project = "pymongo-cpp"
author = "the pymongo-cpp authors"
copyright = "the pymongo-cpp authors"
version = release = pymongo_cpp.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"pymongo-cpp {release}"
html_static_path = ["_static"]
html_css_files = ["print.css"]
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the stubs have the types; the docstrings name them in words
