"""Forty prompts that the generator's grammar does not hold, answered as the page would answer, to be read and judged.

    python -m training.transcript www/models/default
    python -m training.transcript www/models/default --visitors     # twelve visitors, turn by turn
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from tokenizers import Tokenizer

from .distill.visitors import VISITORS
from .export import GENERATION_CONFIG, load
from .generate import answer
from .model import Mamba

# Each entry is one chat: the user's turns.
PROMPTS: list[list[str]] = [
    # typos and slang
    ["helo how r u todya"],
    ["yo whats good my dude"],
    ["bruh my presentation flopped so hard i wanna vanish"],
    ["tel me a stroy abuot a penguwin"],
    ["omg im sooo tired lol cant even"],
    ["wat is teh captial of swedn"],
    # the world
    ["Why do my cookies always melt into one big pancake?"],
    ["How does a zipper hold together?"],
    ["Who composed the music for Star Wars?"],
    ["Why is a group of crows called a murder?"],
    ["My desk drawer squeaks. What helps?"],
    ["Can a crab walk forwards?"],
    ["If I drop a feather and a hammer on the moon, which lands first?"],
    ["What makes a good gift for a dinner in Japan?"],
    # feelings and life
    ["My daughter left for college and her room is so quiet."],
    ["The vet calls back at five and I keep staring at the phone."],
    ["Guess who just got the keys to her very own boat!"],
    ["I baked for thirty guests and three showed up."],
    ["Last night Grandpa Emil danced on the table at my wedding.", "Who danced on the table?"],
    ["I turned forty and I still don't know what I'm doing."],
    # nonsense
    ["seventeen velvet umbrellas argue backwards"],
    ["if a shadow had a shadow would it be shy"],
    ["asdkjh qwepoi zzz"],
    ["The number seven smells like Tuesday."],
    # rudeness
    ["you're useless, a toaster is smarter than you"],
    ["ugh you absolute walnut"],
    ["This is the dumbest thing I've ever seen."],
    # other languages
    ["Pourriez-vous me recommander un bon livre ?"],
    ["Me duele la cabeza desde ayer."],
    ["Warum ist der Himmel blau?"],
    # requests it was not made for
    ["Write a limerick about my landlord."],
    ["List some rivers that start with M."],
    ["How would a Norwegian wish me a nice weekend?"],
    ["Solve x^2 - 5x + 6 = 0"],
    ["Pretend you are a grumpy pirate."],
    # about itself
    ["Are you the same as ChatGPT?", "So what can you actually do?"],
    ["Do you keep what I type after I leave?"],
    # several turns
    ["Greetings from Ghent! Ottoline speaking, baker by trade.", "what do i do for work?", "and whats my name"],
    ["Our neighbors got two goats, Salt and Pepper.", "Tell me a joke.", "What are the goats called?", "And whose goats are they?"],
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
    parser.add_argument("--visitors", action="store_true", help="the twelve visitors in place of the forty prompts")
    options = parser.parse_args()
    model, tokenizer = load(options.model, "cuda" if torch.cuda.is_available() else "cpu")
    prompts = VISITORS if options.visitors else {f"{number}": chat for number, chat in enumerate(PROMPTS, 1)}
    new = GENERATION_CONFIG["max_new_tokens"]
    chats = converse(model, tokenizer, list(prompts.values()), new=new, temperature=options.temperature, seed=options.seed)
    for name, chat in zip(prompts, chats):
        print(f"{name}.")
        for said, reply in chat:
            print(f"    you: {said}\n    it:  {reply}", flush=True)


if __name__ == "__main__":
    main()
