"""The default model as a GGUF file that both mamba-web and wllama load, with its tokenizer and chat template.

    python make_chat_gguf.py OUTPUT_FILE
"""

import sys
import tempfile
from pathlib import Path

from gguf import GGMLQuantizationType as Type

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/golden")]
sys.dont_write_bytecode = True

from make import gguf_files  # noqa: E402
from training.export import export, load  # noqa: E402

MODEL = ROOT / "www/models/default"
with tempfile.TemporaryDirectory() as plain:  # the shipped matrices are packed in 8 bits, which GGUF's names do not know
    export(load(MODEL)[0], MODEL / "tokenizer.json", Path(plain))
    gguf_files.model(Path(plain), Path(sys.argv[1]), Type.F16)
