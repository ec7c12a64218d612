#!/bin/sh
# Makes a model from nothing, or from an exported one: writes the text while the trainer reads it, packs it, then measures.
#
#   training/make_model.sh OUT [SECONDS [more options of training.train]]
#
# OUT/model is exported every minute, so an interrupted run leaves one. Run again with the same OUT, it goes on.
# OUT/packed has the same model in 8 bits, as the page ships it. All GPUs of the machine are used (CARDS=1 takes one).
# FOCUS=page,honest makes half of the text (SHARE=0.3: three tenths) ask what the files of data/facts/asked hold whose names begin so.
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

# Large tensors come and go with each step on a CPU, and the C library would give their memory back to the system each time.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=1000000000

# The seed is new each time the same OUT goes on. A second stage in another OUT needs a SEED of its own, or it reads the same text again.
"$python" -m training.corpus.write "$out/rows" "$out/tokenizer.json" --tokens "${TOKENS:-1.6e9}" --seed "${SEED:-$(ls "$out/rows" | wc -l)}" \
    ${FOCUS:+--focus "$FOCUS"} ${SHARE:+--focus-share "$SHARE"} \
    >"$out/write.log" 2>&1 &
writer=$!
trap 'kill $writer 2>/dev/null || true' EXIT INT TERM

cards=${CARDS:-$("$python" -c "import torch; print(max(1, torch.cuda.device_count()))")}
"$python" -m torch.distributed.run --nproc-per-node "$cards" -m training.train "$out/rows" "$out/tokenizer.json" --work "$out" \
    --out "$out/model" --total "$seconds" --batch 64 --export-every 60 "$@" 2>&1 | tee "$out/train.log"
# A writer that failed has left the trainer with too little text, which it then used twice.
kill $writer 2>/dev/null || wait $writer || echo "The text is not complete: see $out/write.log" >&2

"$python" -m training.export "$out/model" "$out/packed"
"$python" -m training.evaluate "$out/packed" --samples "${SAMPLES:-200}" --failures 5 --json "$out/evaluation.json" 2>&1 | tee "$out/evaluation.txt"
"$python" -m training.unseen "$out/packed" --answers >"$out/unseen.txt" && tail -n 30 "$out/unseen.txt"
"$python" -m training.transcript "$out/packed" | tee "$out/transcript.txt"
