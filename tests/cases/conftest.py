from tests.yard import yard

__all__ = ["yard"]
