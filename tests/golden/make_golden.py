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
    checkpoints.make(args.out, args.tokenizer_from)


def hybrids(args):
    from make import hybrid_cases

    quiet()
    hybrid_cases.make(args.out)


def gguf_files(args):
    from make import gguf_files

    gguf_files.make(args.out, args.out / "gguf")


def default_model(args):
    from make import default_model

    quiet()
    default_model.make(args.model, args.out)


def lab_watch(args):
    from make import lab_watch

    lab_watch.make(args.model, args.out)


def neox_tokenizer(args):
    from make import tokenizer_cases

    tokenizer_cases.make(HERE / "neox/tokenizer.json", args.out / "neox", "neox")


def default_tokenizer(args):
    from make import tokenizer_cases

    tokenizer_cases.make(args.model / "tokenizer.json", args.out / "default", "default")


def pre_tokenizers(args):
    from make import pre_tokenizers as cases

    cases.make(args.out)


def tokenizer_folders(args):
    from make import tokenizer_folders

    quiet()
    tokenizer_folders.make(args.out)


def templates(args):
    from make import template_cases

    quiet()
    template_cases.make(args.model, args.out)


def template_differential(args):
    from make import template_differential

    quiet()
    template_differential.make(args.out)


def strided(args):
    from make import strided_cases

    strided_cases.make(args.out / "strided")


def scaled(args):
    from make import scaled_case

    scaled_case.make(args.out / "scaled")


def configs(args):
    from make import config_cases, head_cases, hybrid_configs

    quiet()
    config_cases.make(args.out)
    hybrid_configs.make(args.out)
    head_cases.make(args.out)


def sampler(args):
    from make import sampler_cases

    sampler_cases.make(args.out)


COMMANDS = {
    "checkpoints": checkpoints,
    "hybrids": hybrids,
    "gguf": gguf_files,
    "default-model": default_model,
    "default-tokenizer": default_tokenizer,
    "lab-watch": lab_watch,
    "neox-tokenizer": neox_tokenizer,
    "pre-tokenizers": pre_tokenizers,
    "tokenizer-folders": tokenizer_folders,
    "templates": templates,
    "template-differential": template_differential,
    "sampler": sampler,
    "configs": configs,
    "strided": strided,
    "scaled": scaled,
}
# What has to be made again when the default model is trained anew.
DEFAULT = ["default-model", "default-tokenizer", "lab-watch", "templates"]


def main():
    root = HERE.parents[1]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="+", choices=[*COMMANDS, "default", "all"])
    parser.add_argument("--out", type=Path, default=HERE, help="where the files go (this folder)")
    parser.add_argument("--model", type=Path, default=root / "www/models/default", help="the default model's folder")
    parser.add_argument("--tokenizer-from", type=Path, default=HERE / "chat",
                        help="where `checkpoints` takes the chat checkpoint's tokenizer from (what it has now)")
    args = parser.parse_args()
    names = list(COMMANDS) if "all" in args.what else [n for w in args.what for n in (DEFAULT if w == "default" else [w])]
    for name in names:
        COMMANDS[name](args)


if __name__ == "__main__":
    main()
