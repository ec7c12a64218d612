"""Prints sample exchanges and counts, and measures the speed, so that a change can be read before it trains anything."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from ..grammar import SKILLS, USER, Chat


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.corpus.skills", description=__doc__)
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="print N exchanges")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="TEXT", help="only skills whose module or name contains TEXT")
    parser.add_argument("--each", action="store_true", help="N exchanges of every skill instead of a weighted draw")
    parser.add_argument("--speed", action="store_true", help="exchanges a second on this core")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    chosen = [(function, weight) for function, weight in SKILLS if args.only in f"{function.__module__}.{function.__name__}"]
    if not chosen:
        sys.exit(f"no skill is called {args.only!r}")
    functions, weights = [f for f, _ in chosen], [w for _, w in chosen]
    draws = [f for f in functions for _ in range(args.sample)] if args.each else rng.choices(functions, weights, k=args.sample)
    for function in draws:
        chat = Chat(rng)
        function(chat)
        print(f"-- {function.__module__.rsplit('.', 1)[-1]}.{function.__name__}")
        for role, text in chat.turns:
            print(f"   {'U' if role == USER else 'B'}: {text}")
    if args.speed:
        start, exchanges, spent = time.perf_counter(), 0, Counter()
        while time.perf_counter() - start < 5:
            chat = Chat(rng)
            for function in rng.choices(functions, weights, k=10):
                before = time.perf_counter()
                function(chat)
                spent[function.__name__] += time.perf_counter() - before
            exchanges += sum(role == USER for role, _ in chat.turns)
        print(f"{exchanges / (time.perf_counter() - start):.0f} exchanges/s; slowest: {spent.most_common(6)}")
    print(f"{len(chosen)} skills in {len({f.__module__ for f in functions})} modules")


if __name__ == "__main__":
    main()
