"""Other systems that do the same work, installed on demand from PyPI and npm, in the versions pinned here.

A peer that cannot be installed or started is absent from the figures, with a line on standard error that says why.
"""
