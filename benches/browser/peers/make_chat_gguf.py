"""The default model as a GGUF file that both mamba-web and wllama load, with its tokenizer and chat template.

    python make_chat_gguf.py OUTPUT_FILE
"""

import sys
from pathlib import Path

from gguf import GGMLQuantizationType as Type

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/golden"))
sys.dont_write_bytecode = True

from make import gguf_files  # noqa: E402

gguf_files.model(ROOT / "www/models/default", Path(sys.argv[1]), Type.F16)
