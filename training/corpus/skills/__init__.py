"""The chat skills: each module registers functions that add an exchange or two to a conversation.

Importing the package fills ``grammar.SKILLS``. ``python -m training.corpus.skills --sample 20`` prints some.
"""

from importlib import import_module
from pathlib import Path

_HELPERS = {"__init__", "__main__", "base", "frames", "people", "sums_asked", "told_of_others"}
THEMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _HELPERS)
for _theme in THEMES:
    import_module(f".{_theme}", __name__)
