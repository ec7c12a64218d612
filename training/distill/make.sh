#!/bin/sh
# Distils the larger model: text on all cores, one card, then the files for the page and for transformers.
#
#   training/distill/make.sh TEACHER.gguf WORK [SECONDS]
#
# Run again with the same WORK, it goes on after the last complete stage.
set -eu
teacher=$1
work=$2
seconds=${3:-900}
python=${PYTHON:-python3}
mkdir -p "$work"
[ -f "$work/tokenizer.json" ] || "$python" -m training.distill.dialogue "$teacher" "$work/tokenizer.json"
[ -f "$work/text-is-written" ] || { "$python" -m training.distill.text "$work" "$work/tokenizer.json" && touch "$work/text-is-written"; }
"$python" -m training.distill "$work" --teacher "$teacher" --whole "$seconds"
"$python" -m training.distill.export "$work/pieces-final" "$teacher" "$work/model"
"$python" -m training.distill.talk "$work/model/transformers" | tee "$work/transcript.md"
"$python" -m training.unseen "$work/model/transformers" | tee "$work/unseen.md"
