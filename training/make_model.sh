#!/bin/sh
# Makes a model from nothing, or from an exported one: writes the text while the trainer reads it, then measures.
#
#   training/make_model.sh OUT [SECONDS [more options of training.train]]
#
# OUT/model is exported every minute, so an interrupted run leaves one. Run again with the same OUT, it goes on.
set -eu
out=$1
seconds=${2:-900}
shift; [ $# -gt 0 ] && shift
python=${PYTHON:-python3}
mkdir -p "$out/rows"

start=""
for option in "$@"; do [ "$start" = next ] && start=$option; [ "$option" = --start-from ] && start=next; done
if [ -n "$start" ]; then
    cp "$start/tokenizer.json" "$out/tokenizer.json" # another tokenizer would make its weights useless
elif [ ! -f "$out/tokenizer.json" ]; then
    "$python" -m training.tokenizer "$out/tokenizer.json"
fi

# Text comes about three times as fast as one card reads it; the seed is new each time, the text fresh.
"$python" -m training.corpus.write "$out/rows" "$out/tokenizer.json" --tokens "${TOKENS:-1.3e9}" --seed "$(ls "$out/rows" | wc -l)" \
    >"$out/write.log" 2>&1 &
writer=$!
trap 'kill $writer 2>/dev/null || true' EXIT INT TERM

"$python" -m training.train "$out/rows" "$out/tokenizer.json" --work "$out" --out "$out/model" --total "$seconds" \
    --batch 64 --export-every 60 "$@" 2>&1 | tee "$out/train.log"
kill $writer 2>/dev/null || true

"$python" -m training.evaluate "$out/model" --samples "${SAMPLES:-200}" --failures 5 --json "$out/evaluation.json" 2>&1 | tee "$out/evaluation.txt"
"$python" -m training.transcript "$out/model" | tee "$out/transcript.txt"
