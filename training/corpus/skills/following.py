"""Questions that lean on the one before: "and a cat?", "what about Mars?", "and where?", "which of them?"."""

from __future__ import annotations

from functools import cache

from ..grammar import Chat, capital, expand, listing, skill
from ..openfacts import FOLDER

# How each key is asked in short, when the subject is clear.
_SHORT = {
    "eat": "[And what [do they|does it] eat|what do they eat|What food, then|what about food]", "live": "[And where do they live|where do they live|Where, then|and where]", "young": "[And what is the baby called|what are the young called|And the young]",
    "legs": "[And how many legs|how many legs do they have|legs]", "kind": "[What kind is it|And what group is that|what kind]", "sound": "[And what sound|how does it sound|what noise does it make]", "place": "[And where|where is that, then|And the place]",
    "size": "[And how big is it|is it bigger than ours|And the size]", "stuff": "[And what is it made of|made of what|rock or gas]", "moons": "[And moons|does it have moons|any moons]", "look": "[And what does it look like|what color is it|And its color]",
    "capital": "[And the capital|what is its capital|And which city is the capital]", "where": "[And where is it|where is that|On which continent]", "language": "[And the language|what do they speak there|And what do they speak]", "money": "[And the money|what do they pay with|And the currency]",
    "food": "[And the food|what do they eat there|And a dish from there]", "flag": "[And the flag|what does the flag look like|And its flag]", "color": "[And the color|what color are they|And what color]", "grow": "[And where do they grow|where do they grow|And where do they come from]",
    "taste": "[And how do they taste|what do they taste like|And the taste]", "use": "[And what can I make from them|what can I cook with them|And what for]", "does": "[And what is the work|what do they do]", "tool": "[And which tools|what tools|And what does one need]", "fly": "[can they fly|And can they fly|do they fly]", "bird": "[is that a bird|are they birds]", "life": "[how long do they live|And how old do they get|how old can it get]", "danger": "[are they dangerous|is it dangerous|And are they dangerous]",
    "did": "[And what did {he} do|what is {he} known for|Why is {he} famous]", "from": "[And where was {he} from|where was {he} from|Which country]", "when": "[And when did {he} live|when was that|In what time]", "job": "[And what was {he} by profession|what was {his} job|And the profession]",
    "land": "[And the country|which country is that in|where is that]", "sight": "[And what can one see there|what is it famous for|any sights]", "river": "[And the river|which river is there|Is there a river]", "tongue": "[And the language|what do they speak there|what language is it]",
    "players": "[And how many players|how many play in a team|players in a team]", "ball": "[And what does one need|what do you play it with|What is needed]", "goal": "[And how does one win|what is the aim|how do you win]", "number": "[And how many do we have|how many of them|one or two]",
    "play": "[And how is it played|how do you play it|how does one play it]", "parts": "[And how many strings or keys|strings or keys|what parts does it have]", "made": "[And where does it come from|what is it made of]", "serve": "[And what is it used for|what is it good for|And its use]", "like": "[And what is it like|hard or soft|what does it feel like]",
    "learn": "[And how does one become one|how do I become one|And how do I get there]",
}  # fmt: skip


_SHARES = [5, 1, 3, 1.5, 1.5, 3, 1.5, 1, 1, 1, 1.2]
_SHE = frozenset({"Marie Curie", "Cleopatra", "Anne Frank", "Jane Austen"})


def _short(key: str, subject: tuple) -> str:
    """The question in short about this subject."""
    she = subject[0] in _SHE
    return _SHORT[key].replace("{he}", "she" if she else "he").replace("{his}", "her" if she else "his")


_AND = ("And {x}?", "and {X}", "What about {x}?", "And {X}?", "How about {X}?", "And what about {x}?", "{X}?", "what about {X}", "and {x}?", "And {x}, then?", "Same question for {X}.", "ok and {X}", "Now {X}.", "What of {X}?")


@cache
def topics() -> list[tuple[list[tuple[str, list[str]]], list[tuple[str, str, list[str]]]]]:
    """Groups: the questions (key, wordings), and the subjects (one, many, answers in the order of the questions)."""
    groups: list = []
    for line in (FOLDER / "topics.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            groups.append(([], []))
        elif "|" in line:
            names, *answers = (part.strip() for part in line.split(" | "))
            one, many = (part.strip() for part in names.split(";"))
            if len(answers) != len(groups[-1][0]):
                raise ValueError(f"topics.txt: {len(groups[-1][0])} answers wanted: {line!r}")
            groups[-1][1].append((one, many, answers))
        else:
            key, _, wordings = line.partition(": ")
            groups[-1][0].append((key, [w.strip() for w in wordings.split(" / ")]))
    _more_of_animals(*groups[0])
    return groups


_FLY = {"duck": "Yes, ducks can fly.", "hen": "Hens can fly only a few meters.", "owl": "Yes, owls fly, and hardly make a sound.", "eagle": "Yes, eagles fly very high.", "swan": "Yes, swans can fly, although they are heavy.", "parrot": "Yes, parrots can fly.", "bee": "Yes, bees can fly.", "butterfly": "Yes, butterflies can fly.",
        "penguin": "No, penguins cannot fly, but they swim very well.", "ant": "Most ants cannot fly, only young queens and males have wings.", "squirrel": "No, squirrels cannot fly, but flying squirrels can glide."}  # fmt: skip
_LIFE = {"cat": "12 to 18 years", "dog": "10 to 13 years", "cow": "15 to 20 years", "horse": "25 to 30 years", "sheep": "10 to 12 years", "goat": "15 to 18 years", "pig": "15 to 20 years", "hen": "5 to 10 years", "lion": "10 to 15 years", "bear": "20 to 30 years", "wolf": "6 to 8 years in the wild",
         "elephant": "60 to 70 years", "rabbit": "8 to 12 years", "giraffe": "about 25 years", "zebra": "about 20 years", "dolphin": "30 to 50 years", "swan": "about 20 years", "camel": "about 40 years", "donkey": "25 to 40 years", "mouse": "1 to 2 years", "fox": "3 to 5 years in the wild", "tiger": "10 to 15 years",
         "kangaroo": "up to 20 years", "penguin": "15 to 20 years", "koala": "10 to 15 years", "deer": "10 to 20 years", "squirrel": "about 6 years", "hedgehog": "3 to 7 years", "octopus": "1 to 3 years", "duck": "5 to 10 years", "owl": "about 10 years, some longer", "frog": "5 to 10 years", "whale": "very long; a blue whale gets 80 to 90 years old",
         "spider": "mostly 1 to 2 years", "snake": "10 to 30 years", "bee": "only some weeks in summer, but a queen lives for years", "monkey": "20 to 40 years", "shark": "mostly 20 to 30 years", "turtle": "very long, some more than 50 years", "eagle": "20 to 30 years", "parrot": "long; big ones can get 60 years old",
         "ant": "some months or years; a queen lives longest", "butterfly": "mostly a few weeks", "snail": "2 to 5 years", "dolphin": "30 to 50 years"}  # fmt: skip
_DANGER = {"lion": "Yes, a lion can be very dangerous to people.", "tiger": "Yes, a tiger can be very dangerous to people.", "bear": "Yes, a bear can be dangerous, above all when it has young.", "wolf": "Wolves mostly keep away from people.", "snake": "Some snakes are poisonous, but most are harmless.", "shark": "Only a few kinds of sharks are dangerous to people, and bites are rare.",
           "spider": "Most spiders are harmless to people.", "bee": "A bee can sting, which is dangerous for people with an allergy.", "elephant": "An elephant can be dangerous when it feels threatened.", "octopus": "Most are harmless, but the blue-ringed octopus is very poisonous.", "eagle": "No, an eagle keeps away from people.", "fox": "No, a fox keeps away from people."}  # fmt: skip


def _more_of_animals(questions: list, subjects: list) -> None:
    """Can it fly, how long does it live, is it dangerous: where nothing special is known, the plain answer."""
    questions += [("fly", ["Can {X} fly?", "Can {x} fly?", "Do {X} fly?"]), ("bird", ["Is {x} a bird?", "Are {X} birds?"]), ("life", ["How long do {X} live?", "How old does {x} get?", "life span of {x}"]), ("danger", ["Are {X} dangerous?", "Is {x} dangerous to people?"])]
    for number, (one, many, answers) in enumerate(subjects):
        name = one.split(" ", 1)[1]
        kind = answers[4]
        bird = "is a bird" in kind
        more = [
            _FLY.get(name, f"No, {many} cannot fly."),
            f"Yes, {one} is a bird." if bird else f"No, {kind[:1].lower() + kind[1:]}",
            f"{capital(many)} live {_LIFE[name]}.",
            _DANGER.get(name, f"No, {many} are not dangerous to people, as a rule."),
        ]
        subjects[number] = (one, many, answers + more)


def _full(chat: Chat, wordings: list[str], subject: tuple) -> str:
    return chat.pick(wordings).replace("{x}", subject[0]).replace("{X}", subject[1])


@skill(12)
def follow(chat: Chat) -> None:
    """A question in full, then its short heirs: another subject, or another question about the same."""
    questions, subjects = chat.rng.choices(topics(), _SHARES)[0]
    at = chat.rng.randrange(len(questions))
    subject = chat.pick(subjects)
    asked: list[tuple[int, tuple]] = [(at, subject)]
    chat.user_careless("{q}", q=capital(_full(chat, questions[at][1], subject)))
    chat.bot_exactly(subject[2][at])
    for _ in range(chat.pick((1, 2, 2, 3, 4, 5))):
        if chat.chance(0.55):  # another subject, the same question
            subject = chat.pick([s for s in subjects if s is not subject])
            chat.user_exactly(chat.pick(_AND).replace("{x}", subject[0]).replace("{X}", subject[1]))
        else:
            rest = [i for i in range(len(questions)) if (i, subject) not in [(a, s) for a, s in asked] and i != at]
            if not rest:
                break
            at = chat.pick(rest)
            chat.user(_short(questions[at][0], subject) + "[?|?|]")
        asked.append((at, subject))
        chat.bot_exactly(subject[2][at])
    dice = chat.rng.random()
    if dice < 0.16:
        first = asked[0][1]
        chat.user("[What did I ask about first|What was my first question about|Which one did I start with]?")
        chat.bot("[First you asked about {X}.|You began with {X}.]".replace("{X}", "{x}"), x=first[1])
    elif dice < 0.3 and len({id(s) for _, s in asked}) > 1:
        named = list(dict.fromkeys(s[1] for _, s in asked))
        chat.user("[What have we talked about|Which ones did we have|What did I ask you about|Sum up what we talked about]?")
        chat.bot("[We talked about {l}.|You asked about {l}.]", l=listing(named))
    elif dice < 0.42:
        chat.user("[Can you say that again|Say that again|What was that|Repeat that, please|Again, please|Sorry, what]?")
        chat.bot_exactly(subject[2][at])
    elif dice < 0.52:
        chat.user("[Are you sure|Really|Is that right|Is that true|sure]?")
        chat.bot("[Yes. {a}|Yes, that is right. {a}]", a=subject[2][at])


@skill(5)
def which_of_them(chat: Chat) -> None:
    """Two subjects, one question for both, then "which of them ...?" by the answer."""
    questions, subjects = chat.rng.choices(topics(), _SHARES)[0]
    at = chat.rng.randrange(len(questions))
    one, other = chat.rng.sample(subjects, 2)
    chat.user_careless("{q}", q=capital(_full(chat, questions[at][1], one)))
    chat.bot_exactly(one[2][at])
    chat.user_exactly(chat.pick(("And {x}?", "what about {x}", "And {X}?", "How about {X}?")).replace("{x}", other[0]).replace("{X}", other[1]))
    chat.bot_exactly(other[2][at])
    more = chat.pick([i for i in range(len(questions)) if i != at])
    chat.user("[And now both|Now for both of them|And tell me for both]: " + expand(chat.rng, _short(questions[more][0], one)).removeprefix("And ").removeprefix("and ") + "[?|]")
    chat.bot_exactly(f"{one[2][more]} {other[2][more]}")
    if chat.chance(0.5):
        chat.user("[Which two did I ask about|Who were the two|Which two are we talking about]?")
        chat.bot("[You asked about {a} and {b}.|{A} and {b}.]".replace("{A}", "{cap a}"), a=one[1], b=other[1])
