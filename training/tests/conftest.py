import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))  # the repository's root, so that `training` is a package from anywhere


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Small tensors run faster without a crowd, and other tests want the cores too."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
