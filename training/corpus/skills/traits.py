"""Yes or no about what was told: left-handed or right-handed, early or late, can or cannot, like or not."""

from __future__ import annotations

from ..grammar import Chat, skill
from ..lexicon import LISTS, blend
from ..openfacts import VALUES

# (told, the clause with "I", the clause of the opposite with "I", the question, the question for the opposite), parted by "|".
_PAIRS = [line.split(" | ") for line in """
[I'm left-handed|I write with my left hand|As I'm left-handed, scissors are a pain] | I am left-handed | I am right-handed | Am I left-handed | Am I right-handed
[I'm right-handed|I write with my right hand] | I am right-handed | I am left-handed | Am I right-handed | Am I left-handed
[I'm an early bird|I'm always up before the sun|I love getting up early] | I am an early bird | I am a night owl | Am I an early bird | Am I a night owl
[I'm a night owl|I never sleep before two|At night I am most awake] | I am a night owl | I am an early bird | Am I a night owl | Am I an early bird
[I wear glasses|Without my glasses I see nothing|I need glasses for everything] | I wear glasses | I see well without glasses | Do I wear glasses | Do I see well without glasses
[I'm married|I got married last year|My wedding was in May, since then I'm a married person] | I am married | I am single | Am I married | Am I single
[I'm single|I live without a partner|I am not married] | I am single | I am married | Am I single | Am I married
[I'm vegetarian|I don't eat meat|Meat is nothing for me] | I do not eat meat | I eat meat | Do I live without meat | Do I eat meat
[I can't swim|I never learned to swim|Water scares me, I can't swim] | I cannot swim | I can swim | Is it true that I cannot swim | Can I swim
[I can swim|I learned to swim at five|I swim like a fish] | I can swim | I cannot swim | Can I swim | Is it true that I cannot swim
[I don't have a car|I sold my car|I get along without a car] | I have no car | I have a car | Is it true that I have no car | Do I have a car
[I'm tall|I'm so tall that I bump my head|I am the tallest in my class] | I am tall | I am short | Am I tall | Am I short
[I'm short|I am the shortest in my class|I can't reach the top shelf, I'm short] | I am short | I am tall | Am I short | Am I tall
[I have curly hair|My hair is all curls] | I have curly hair | I have straight hair | Do I have curly hair | Do I have straight hair
[I have straight hair|My hair is as straight as a ruler] | I have straight hair | I have curly hair | Do I have straight hair | Do I have curly hair
[I'm retired|I don't work any more, I'm retired|Since spring I have been retired] | I am retired | I still work | Am I retired | Do I still work
[I'm still at school|I go to school|I am a schoolkid] | I still go to school | I have finished school | Do I still go to school | Have I finished school
[I live alone|I have my flat all to myself|Nobody lives with me] | I live alone | I live with others | Do I live alone | Do I live with others
[I live in the country|Around my house there are only fields|We live in the middle of nowhere, in the country] | I live in the country | I live in a city | Do I live in the country | Do I live in a city
[I live in a big city|All night I hear the trams of the city] | I live in a city | I live in the country | Do I live in a city | Do I live in the country
[I'm an only child|I have no brothers or sisters] | I am an only child | I have brothers or sisters | Am I an only child | Do I have brothers or sisters
[I'm shy|I hardly speak in front of people, I'm shy] | I am shy | I am outgoing | Am I shy | Am I outgoing
[I hate Mondays|Mondays are the worst for me] | I hate Mondays | I like Mondays | Do I hate Mondays | Do I like Mondays
[I love winter|Winter is my time|Snow, frost, I love winter] | I love winter | I dislike winter | Do I love winter | Do I dislike winter
[I work from home|My office is my kitchen table] | I work from home | I work in an office | Do I work from home | Do I work in an office
[I work at night|I always have the night shift] | I work at night | I work by day | Do I work at night | Do I work by day
[I don't drink coffee|Coffee is nothing for me|I never touch coffee] | I do not drink coffee | I drink coffee | Is it true that I don't drink coffee | Do I drink coffee
[I drink coffee all day|Without coffee I am no human] | I drink coffee | I do not drink coffee | Do I drink coffee | Is it true that I don't drink coffee
[I'm afraid of dogs|A dog bit me once, I'm scared of dogs] | I am afraid of dogs | I am fond of dogs | Am I afraid of dogs | Am I fond of dogs
[I'm learning to drive|I take driving lessons] | I am learning to drive | I have a driving license | Am I learning to drive | Do I have a driving license
[I play in a band|On Fridays I rehearse with my band] | I play in a band | I do not play in a band | Do I play in a band | Is it true that I don't play in a band
[I snore|My roommate says that I snore] | I snore | I do not snore | Do I snore | Is it true that I don't snore
""".strip().splitlines()]  # fmt: skip


_MANY = "cats|dogs|horses|spiders|birds|snakes|roses|tulips|sunflowers|apples|pears|cherries|lemons|carrots|onions|peas|mushrooms|tomatoes|violins|drums|trumpets|trains|planes|boats|books|films|riddles|puzzles|parties|mountains|beaches|cities|forests|long walks|short stories|old songs|comics|museums".split("|")


def _you(clause: str) -> str:
    return clause.replace("I am ", "you are ").replace("I have ", "you have ").replace("I ", "you ").replace(" my ", " your ")


def _between(chat: Chat) -> None:
    from ..recall import exchanges, pad

    if chat.chance(0.4):
        pad(chat, exchanges(chat) + chat.pick((1, 1, 2, 3)), 450)


@skill(5)
def trait(chat: Chat) -> None:
    """One of a pair told; it or its opposite asked."""
    chat.told_freely = True
    told, clause, _, asked, opposite = chat.pick(_PAIRS)
    you = _you(clause)
    chat.user(told + chat.pick((".", ".", "", "!")))
    chat.bot("[So {y}. Since when?|I see, {y}.|Good to know that {y}.|{Y}, I will remember that.|So {y}. How is that for you on a normal day?]".replace("{Y}", "{cap y}"), y=you)
    _between(chat)
    for right in chat.rng.sample((True, False), chat.pick((1, 1, 2))):
        chat.user((asked if right else opposite) + chat.pick(("?", "?", "", ", do you remember?")))
        chat.bot(("[Yes, {y}.|Yes, you told me that {y}.]" if right else "[No, {y}.|No, you told me that {y}.]"), y=you)


@skill(5)
def likes_and_not(chat: Chat) -> None:
    """Two things, one liked and one not: which was which?"""
    chat.told_freely = True
    kind = chat.pick(("food", "drink", "sport", "color", "hobby", "season", "subject", "many"))
    words = chat.rng.sample(_MANY if kind == "many" else LISTS[kind], 2)
    if kind in ("food", "drink", "color", "hobby") and chat.chance(0.35):
        words[chat.pick((0, 1))] = blend(chat.rng)
    good, bad = words
    chat.user("[I like {g} but not {b}|I love {g}, but I can't stand {b}|{B} is nothing for me, I prefer {g}|I like {g}, I hate {b}|Give me {g}, but keep {b} away from me|I'd take {g} over {b} any day|I like {g} much more than {b}].".replace("{B} is nothing for me", "No {b} for me"), g=good, b=bad)
    chat.bot("[So {g} yes, {b} no. Why is that?|{G} rather than {b}, I see.|Good to know: you like {g}, but not {b}.|{G}! And what is wrong with {b}?]".replace("{G}", "{cap g}"), g=good, b=bad)
    _between(chat)
    for kind_of in chat.rng.sample(("good", "bad", "yes", "no", "which"), chat.pick((1, 2, 2, 3))):
        if kind_of == "good":
            chat.user("[What do I like|What did I say I like|What do I prefer|which one do i like|What should you give me]?")
            chat.bot("[You like {g}.|You like {g}, but not {b}.|You prefer {g}.]", g=good, b=bad)
        elif kind_of == "bad":
            chat.user("[What don't I like|What do I hate|What can't I stand|which one do i not like|What should you keep away from me]?")
            chat.bot("[You do not like {b}.|You like {g}, but not {b}.]", g=good, b=bad)
        elif kind_of == "yes":
            chat.user("[Do I like {g}|Did I say that I like {g}|Am I fond of {g}]?", g=good)
            chat.bot("[Yes, you like {g}.|Yes, you told me that you like {g}.]", g=good)
        elif kind_of == "no":
            chat.user("[Do I like {b}|Did I say that I like {b}|Would I be happy about {b}]?", b=bad)
            chat.bot("[No, you do not like {b}.|No, you like {g}, not {b}.]", g=good, b=bad)
        else:
            pair = [good, bad]
            chat.rng.shuffle(pair)
            chat.user("[{p} or {q}, which do I like more|Do I prefer {p} or {q}|What would I choose, {p} or {q}|Which of the two do I like, {p} or {q}]?", p=pair[0], q=pair[1])
            chat.bot("[You prefer {g}.|{G}, you told me.|You like {g} more than {b}.]".replace("{G}", "{cap g}"), g=good, b=bad)


@skill(4)
def can_you_suggest(chat: Chat) -> None:
    """A suggestion that heeds what was told: no nuts for the allergic, nothing with meat, the favourite first."""
    dice = chat.rng.random()
    food = chat.pick(LISTS["food"])
    if dice < 0.35:
        allergen = chat.pick(("nuts", "milk", "eggs", "wheat", "fish", "strawberries", "soy", "shellfish", "tomatoes", "apples"))
        chat.user("[I'm allergic to {a}|I can't eat {a}, I'm allergic|I have an allergy to {a}].", a=allergen)
        chat.bot("[So no {a} for you. I will remember that.|I will keep in mind that you are allergic to {a}.|No {a}, then.]", a=allergen)
        _between(chat)
        sweet = chat.pick(("a banana", "a pear", "a fruit salad without anything you must avoid", "plain rice", "roasted potatoes", "a carrot soup", "a green salad", "grilled vegetables"))
        chat.user("[What could I eat|What should I cook tonight|Suggest something to eat|what can i have for dinner|Any idea for lunch]?")
        chat.bot("[How about {s}? It is without {a}.|{S} would be fine, without {a}.|As you are allergic to {a}, I would take {s}.]".replace("{S}", "{cap s}"), s=sweet, a=allergen)
        chat.user("[Why that|Why did you choose that|and why|Why just that]?")
        chat.bot("[Because you are allergic to {a}.|Because you told me about your allergy to {a}.]", a=allergen)
    elif dice < 0.7:
        name, hobby = chat.pick(LISTS["name"]), VALUES["hobby"](chat.rng, chat.held_out)
        chat.user("[My friend {n} loves {h}|{n}, my friend, is crazy about {h}|{n} likes {h} more than anything].", n=name, h=hobby)
        chat.bot("[{H}! Is {n} good at it?|So {n} loves {h}.|How nice that {n} has {h}.]".replace("{H}", "{cap h}"), n=name, h=hobby)
        _between(chat)
        chat.user("[What could I give {n}|Any present for {n}|What should I do with {n} on the weekend|what would make {n} happy|Do you have an idea for {n}]?", n=name)
        chat.bot("[Something for {h}, because {n} loves that.|As {n} loves {h}, something to do with that.|How about an afternoon of {h}? {n} would like it.]", n=name, h=hobby)
        if chat.chance(0.5):
            chat.user("[Why|How do you know|Why just that]?")
            chat.bot("[You told me that {n} loves {h}.|Because {n} loves {h}, as you said.]", n=name, h=hobby)
    else:
        chat.user("[My favorite food is {f}|I love {f}|I could eat {f} every day].", f=food)
        chat.bot("[{F}! Who makes the best?|So you like {f}. Do you cook it yourself?|{F}, a good choice.]".replace("{F}", "{cap f}"), f=food)
        _between(chat)
        chat.user("[What should I eat today|What shall I have for dinner|Suggest a dinner for me|i'm hungry, what shall i eat]?")
        chat.bot("[How about {f}? You told me that you like it.|{F}, of course, as you like it so much.|I would take {f}, your favorite.]".replace("{F}", "{cap f}"), f=food)
