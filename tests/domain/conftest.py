from tests.domain.scene import scene
from tests.yard import yard

__all__ = ["scene", "yard"]
