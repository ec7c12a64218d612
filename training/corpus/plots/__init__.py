"""The plots of the stories. Importing this package fills ``engine.PLOTS``."""

from . import feelings, home, makers, quests, sky, tricks  # noqa: F401  (imported for what they register)
from .engine import PLOTS, Plot, Request, Story  # noqa: F401
