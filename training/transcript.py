"""Forty prompts that the generator's grammar does not hold, answered as the page would answer, to be read and judged.

    python -m training.transcript www/models/default
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from tokenizers import Tokenizer

from .export import GENERATION_CONFIG, load
from .generate import answer
from .model import Mamba

# Each entry is one chat: the user's turns.
PROMPTS: list[list[str]] = [
    # typos and slang
    ["helo how r u todya"],
    ["yo whats good my dude"],
    ["ngl today was lowkey a disaster"],
    ["tel me a stroy abuot a penguwin"],
    ["omg im sooo tired lol cant even"],
    ["wat is teh captial of swedn"],
    # the world
    ["How come my bread never rises?"],
    ["How do airplanes stay in the air?"],
    ["Who composed the music for Star Wars?"],
    ["What's the difference between a frog and a toad?"],
    ["How do I get candle wax out of a carpet?"],
    ["Can a crab walk forwards?"],
    ["If I drop a feather and a hammer on the moon, which lands first?"],
    ["What should I pack for a week in Iceland?"],
    # feelings and life
    ["My best friend moved away and I miss her."],
    ["I have a job interview tomorrow and I can't sleep."],
    ["I finally finished painting my kitchen!"],
    ["Nobody came to my birthday party."],
    ["My grandson Tobias learned to ride a bike today.", "What did Tobias learn?"],
    ["I don't know what to do with my life."],
    # nonsense
    ["purple monkey dishwasher"],
    ["if a shadow had a shadow would it be shy"],
    ["asdkjh qwepoi zzz"],
    ["The number seven smells like Tuesday."],
    # rudeness
    ["you're useless, a toaster is smarter than you"],
    ["shut up you stupid bot"],
    ["This is the dumbest thing I've ever seen."],
    # other languages
    ["Bonjour, comment ça va ?"],
    ["¿Puedes hablar español?"],
    ["Wie heißt du?"],
    # requests it was not made for
    ["Write me a haiku about rust."],
    ["Give me three reasons to get up early."],
    ["Translate 'good night' into Italian."],
    ["Solve x^2 - 5x + 6 = 0"],
    ["Pretend you are a grumpy pirate."],
    # about itself
    ["Are you the same as ChatGPT?", "So what can you actually do?"],
    ["Do you keep what I type after I leave?"],
    # several turns
    ["hey, Ottoline here, I run a bakery in Ghent", "what do i do for work?", "and whats my name"],
    ["My goldfish Admiral Bubbles is turning three.", "Tell me a joke.", "How old is my goldfish?", "And what's he called?"],
    ["Tell me a story about a lighthouse keeper who is allergic to fish.", "Who was it about?", "Make up a better ending."],
]


def converse(model: Mamba, tokenizer: Tokenizer, chats: list[list[str]], **options) -> list[list[tuple[str, str]]]:
    """Plays each chat to its end; the chats' first turns are answered together, then the second, and so on."""
    done: list[list[tuple[str, str]]] = [[] for _ in chats]
    for turn in range(max(map(len, chats))):
        alive = [i for i, chat in enumerate(chats) if turn < len(chat)]
        texts = ["".join(f"<|user|>{u}<|bot|>{b}" for u, b in done[i]) + f"<|user|>{chats[i][turn]}<|bot|>" for i in alive]
        for i, reply in zip(alive, answer(model, tokenizer, texts, **options)):
            done[i].append((chats[i][turn], reply))
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--temperature", type=float, default=GENERATION_CONFIG["temperature"], help="0 for greedy")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    model, tokenizer = load(options.model, "cuda" if torch.cuda.is_available() else "cpu")
    chats = converse(model, tokenizer, PROMPTS, new=320, temperature=options.temperature, seed=options.seed)
    for number, chat in enumerate(chats, 1):
        for i, (said, reply) in enumerate(chat):
            print(f"{f'{number}.' if i == 0 else '':4}you: {said}\n    it:  {reply}")


if __name__ == "__main__":
    main()
