"""The texts that stories made from a request are put together from: plots (``wish_cores.txt``, ``wish_lessons.txt``, ``wish_character.txt``, ``wish_more.txt``), traits
(``wish_traits.txt``), and weather, tones, endings (``wish_banks.txt``). All of it is in the language of ``engine.render``.

A plot is ``== name : what it is about``, three parts divided by ``--`` with one sentence group a line (``?``: may be left
out), the facts ``p:`` (what went wrong), ``s:`` (what helped) and ``e:`` (how it ended) as clauses, and ``q: question = answer``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent


@dataclass
class Core:
    name: str
    about: str
    parts: list[list[str]] = field(default_factory=lambda: [[], [], []])
    problem: str = ""
    solved: str = ""
    ending: str = ""
    asks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def gets(self) -> bool:
        """The plot begins with how the hero comes by the thing, so that may be wished for."""
        return any("{get}" in line for line in self.parts[0])


def _blocks(file: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            found.append((line[3:].strip(), []))
        elif line.strip() and not line.startswith("#"):
            found[-1][1].append(line.strip())
    return found


def _core(head: str, lines: list[str]) -> Core:
    name, about = head.split(" : ")
    core, part = Core(name, about), 0
    for line in lines:
        mark, _, rest = line.partition(": ")
        if line == "--":
            part += 1
        elif mark == "p":
            core.problem = rest
        elif mark == "s":
            core.solved = rest
        elif mark == "e":
            core.ending = rest
        elif mark == "q":
            question, answer = rest.split(" = ")
            core.asks.append((question, answer))
        else:
            core.parts[part].append(line)
    return core


CORES: dict[str, Core] = {}
for _file in ("wish_cores.txt", "wish_lessons.txt", "wish_character.txt", "wish_more.txt"):
    for _head, _lines in _blocks(_file):
        _made = _core(_head, _lines)
        CORES[_made.name] = _made

Bank = dict[str, list[str]]  # "+" at the start, "~" in the middle, "-" at the end


def _bank(lines: list[str]) -> Bank:
    bank: Bank = {"+": [], "~": [], "-": []}
    for line in lines:
        bank[line[0]].append(line[2:])
    return bank


TRAITS: dict[str, Bank] = {head: _bank(lines) for head, lines in _blocks("wish_traits.txt")}
BANKS: dict[str, dict[str, Bank]] = {}
for _head, _lines in _blocks("wish_banks.txt"):
    _topic, _, _key = _head.partition(" ")
    BANKS.setdefault(_topic, {})[_key] = _bank(_lines)

# What a lesson is called in a request: "learns to share", "about sharing", and the sentence that it ends in.
LESSONS = {
    "share": ("share", "sharing", "Things are twice as nice when you share them."),
    "be patient": ("be patient", "patience", "Good things need time."),
    "tell the truth": ("tell the truth", "honesty", "The truth makes a heart light."),
    "ask for help": ("ask for help", "asking for help", "Nobody has to do everything alone."),
    "be brave": ("be brave", "courage", "Being brave means to be afraid and go anyway."),
    "say sorry": ("say sorry", "saying sorry", "A small sorry can mend a big quarrel."),
    "work together": ("work together", "teamwork", "Together we can do what nobody can do alone."),
    "listen to others": ("listen to others", "listening", "Who listens learns more than who talks."),
    "never give up": ("never give up", "not giving up", "Who does not give up gets there in the end."),
    "be kind": ("be kind", "kindness", "Kindness always comes back."),
    "be yourself": ("be {himself}", "being yourself", "You are good as you are."),
    "be grateful": ("be grateful", "gratitude", "Even small things deserve a thank you."),
    "forgive": ("forgive", "forgiveness", "Who forgives keeps a friend."),
    "slow down": ("slow down", "taking your time", "Slowly is often the fastest way."),
    "trust others": ("trust others", "trust", "Trust begins with one small step."),
}

# Lessons in other words, told with the plots of their neighbors.
LIKE: dict[str, str] = {}
for _key, _noun, _like in (
    ("be honest", "being honest", "tell the truth"), ("help others", "helping others", "be kind"), ("wait", "waiting", "be patient"), ("say thank you", "saying thank you", "be grateful"), ("keep trying", "not losing heart", "never give up"),
    ("be careful", "being careful", "slow down"), ("make friends", "making friends", "be kind"), ("believe in {himself}", "believing in oneself", "be yourself"), ("accept help", "accepting help", "ask for help"), ("admit a mistake", "admitting mistakes", "say sorry"),
    ("be generous", "generosity", "share"), ("let go", "letting go", "forgive"), ("think of others", "thinking of others", "share"),
):  # fmt: skip
    LESSONS[_key], LIKE[_key] = (_key, _noun, LESSONS[_like][2]), _like

GET = {
    "find": ("{n} found {ao} {spot}.", "One day {n} found {ao} {spot}.", "{spot_c} {n} found {ao}.", "One morning {n} saw something {spot}. It was {ao}, and {n} had found it."),
    "has": ("{n} had {ao}.", "{n} owned only one thing of value: {ao}.", "{n} had {ao}, and {he} took it everywhere."),
    "make": ("{n} had made {ao} all by {himself}.", "After three days of work {n} had made {ao}.", "{n} made {ao} with {his} own hands."),
    "get": ("One day {ao} stood before {n}'s door.", "For {his} birthday {n} got {ao}.", "{n} got {ao} as a present from {his} aunt."),
}

# How the hero may come by the thing, where the plot does not bear every way.
WAYS = {"truth_whose": ("find",), "together_two_halves": ("find",), "thankful_small": ("find", "get"), "help_heavy": ("find", "get", "make"), "patient_wait": ("find", "get", "make")}

# Given first sentences, and how the story goes on from each.
FIRST = (
    ("It was raining.", "{n}, {atk}, sat {in} and watched the drops.", "rain"), ("It was a dark and stormy night.", "{n}, {atk}, lay awake {in} and heard the wind howl.", "storm"),
    ("The door was open.", "{n}, {atk}, had never seen it open before, not once {in}.", ""), ("Nobody believed it at first.", "But it really happened {in}, to {atk} named {n}.", ""),
    ("Everything began with a knock.", "{n}, {atk}, heard it {in} and put down {his} spoon.", ""), ("There was once a small house without a door.", "In it lived {n}, {atk}, {in}.", ""),
    ("The phone rang at midnight.", "It was for {n}, {atk} who lived {in}.", ""), ("I will never forget that day.", "It was the day when {n}, {atk}, became famous {in}.", ""),
    ("It was the first day of summer.", "{n}, {atk}, stretched {himself} {in} and felt the sun.", "summer"), ("Snow was falling.", "{n}, {atk}, looked up {in} and caught a flake.", "snow"),
    ("Something was wrong.", "{n}, {atk}, could feel it everywhere {in}.", ""), ("Once upon a time, everything was blue.", "That was how {n} liked it, {atk} who lived {in}.", ""),
    ("The clock had stopped.", "{n}, {atk}, noticed it first {in}.", ""), ("The moon was missing.", "{n}, {atk}, saw at once that the sky {in} was too dark.", ""),
    ("Today was the day.", "{n}, {atk}, had waited for it all year {in}.", ""), ("The wind brought a strange smell.", "{n}, {atk}, lifted {his} nose {in} and sniffed.", ""),
    ("Nobody had seen it coming.", "Least of all {n}, {atk} who lived {in}.", ""), ("Monday began badly.", "{n}, {atk}, fell out of bed {in}, and that was only the start.", ""),
    ("All the lights went out.", "{n}, {atk}, stood still {in} and held {his} breath.", ""), ("It was too quiet.", "{n}, {atk}, did not like it when it was so quiet {in}.", ""),
)
# The same for any words: {x} is a thing, {animal}, {food}, {color}, {day}, {number}.
FIRST_ANY = (
    ("There was {an x} in front of the door.", "{n}, {atk} who lived {in}, nearly fell over it."), ("It smelled of {food}.", "{n}, {atk}, lifted {his} nose {in} and sniffed."), ("On {day} it rained {animals}.", "{n}, {atk} who lived {in}, opened an umbrella."),
    ("The {animal} sneezed.", "{n}, {atk} who lived {in}, said, \"Bless you,\" and that was how it began."), ("Somebody had painted the moon {color}.", "{n}, {atk}, saw it first {in}."), ("At {number} o'clock everything stopped.", "Only {n}, {atk}, could still move {in}."),
    ("The train was {number} hours late.", "{n}, {atk}, sat {in} and waited for nothing."), ("Nobody likes {food} on {day}.", "Nobody but {n}, {atk} who lived {in}."), ("My grandmother told me this story.", "It is about {n}, {atk} who lived {in}."), ("The letter came on {day}.", "{n}, {atk} who lived {in}, read it three times."),
    ("The bell rang {number} times.", "{n}, {atk}, counted along {in}."), ("Every {day} the {x} fell off the wall.", "{n}, {atk}, was used to it {in}."), ("It was {number} minutes before midnight.", "{n}, {atk}, was still awake {in}."), ("The last {animal} had left.", "{n}, {atk}, stood alone {in} and waved."),
    ("Have you ever seen {a color} {animal}?", "{n}, {atk} who lived {in}, had seen one."), ("One day the {x} began to speak.", "{n}, {atk} who lived {in}, put down {his} cup and listened."), ("Far away a {animal} was singing.", "{n}, {atk}, heard it {in} and could not sleep."), ("The {food} was cold.", "{n}, {atk}, pushed the plate away {in} and looked out."),
    ("{day} is a good day for a story.", "So listen to the one about {n}, {atk} who lived {in}."), ("The {color} door was locked.", "{n}, {atk} who lived {in}, had never seen it locked."), ("Two {animals} sat on the roof.", "{n}, {atk}, looked up at them {in}."), ("Nothing was as it had been.", "{n}, {atk}, noticed it at once {in}."),
)  # fmt: skip
LAST_ANY = (
    "And the {animal} laughed.", "Nobody ever saw the {animal} again.", "Then {color} snow began to fall.", "And that is why {animals} never sleep.", "The {food} was still warm.", "It was {number} o'clock.", "And on {day} they did it all again.", "And somewhere a {animal} was singing.",
    "The {x} stayed where it was.", "Then the {color} door fell shut.", "And from then on it was always {day}.", "Only the {animal} knew why.", "And there was {food} for everyone.",
)  # fmt: skip
LAST = (
    "And they all slept.", "And that was that.", "Nobody ever spoke of it again.", "The moon smiled.", "Then it began to snow.", "Tomorrow we try again.", "And the wind went home.",
    "It was the best day of all.", "Then the lights went out.", "And everything was quiet.", "They never forgot it.", "The end.", "And the soup was still warm.", "That is how it was, and not otherwise.",
    "Good night, little star.", "And so a new day began.", "What a day!", "And nobody was hungry.", "Home is where your friends are.", "And then they laughed.",
)
