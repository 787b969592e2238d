"""Starts what Huotong needs on one machine, from the wheels in .venv alone."""
