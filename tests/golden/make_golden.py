#!/usr/bin/env python3
"""Makes the golden files of this folder with transformers and tokenizers; README.md says what each of them is."""

import argparse
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def quiet():
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def checkpoints(args):
    from make import checkpoints

    quiet()
    checkpoints.make(args.out, args.tokenizer_from or args.model)


COMMANDS = {"checkpoints": checkpoints}


def main():
    root = HERE.parents[1]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="+", choices=[*COMMANDS, "all"])
    parser.add_argument("--out", type=Path, default=HERE, help="where the files go (this folder)")
    parser.add_argument("--model", type=Path, default=root / "www/models/default", help="the default model's folder")
    parser.add_argument("--tokenizer-from", type=Path, help="where `checkpoints` copies the chat checkpoint's "
                        "tokenizer from (the default model's folder)")
    args = parser.parse_args()
    for name in COMMANDS if "all" in args.what else args.what:
        COMMANDS[name](args)


if __name__ == "__main__":
    main()
