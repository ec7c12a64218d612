"""What visitors try: keys hit at random, nonsense, insults, orders that are too much."""

from __future__ import annotations

import re

from ..grammar import Chat, article, expand, skill
from ..lexicon import LISTS, town
from .base import ask, entries, name_tail, typo

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "abcdefghijklmnopqrstuvwxyz", "sdfghjk", "jklhgf")


@skill(2.5)
def keyboard(chat: Chat) -> None:
    """Letters without sense: no word, no language."""
    row = chat.pick(_ROWS)
    words = []
    for _ in range(chat.pick((1, 1, 2, 3, 4))):
        words.append("".join(chat.pick(row if chat.chance(0.8) else chat.pick(_ROWS)) for _ in range(chat.rng.randint(3, 9))))
    if chat.chance(0.1):
        words = [chat.pick("abcxyzhm") * chat.rng.randint(3, 8)]
    chat.user_exactly(" ".join(words) + chat.pick(("", "", "", "?", "!!", "...")))
    chat.bot("[That looks like a cat crossed the keyboard.|Did somebody sit down on the keyboard?|I read letters, but no words.|My vocabulary ends right before that.|That is either a secret code or a nap on the keyboard.|I could not find a word in there.] [What did you want to say?|Is the cat all right?|Try it once more in English?|I am listening.||]")


_NONSENSE = (
    "[the|my|this|every] {noun} [smells|tastes|sounds|feels|looks] like [{day}|{noun2}|{an noun2}|the color {color}]", "[if|when] {an noun} had {an noun2} would it be {adjective}", "if {an animal} [married|ate|taught] {an animal2}, what would {weather_thing} say", "{adjective} {noun} {noun2}",
    "my {object} is [secretly|really|a bit of] {an animal}", "[do|can] {p} dream of {q}", "why is my {noun} so {adjective} on {day}s", "I put {an animal} in my {object} and now it [sings|is {color}|speaks Latin]", "[how many|which] {p} fit into {an noun}", "the {noun} is {adjective} because the {noun2} said so",
    "{day} is the {adjective} {noun} of the week", "what if {p} were made of {q}", "I am {an object} and you are {an animal}", "a {noun} is just {an adjective} {noun2}", "{noun} {noun2} {animal} {color}", "the moon owes me {an object}", "my left shoe thinks that you are {adjective}",
)  # fmt: skip
_PLURALS = "potatoes spoons clouds penguins socks pancakes doors elephants lamps shadows mountains noodles teapots bananas feathers carpets violins stones trousers umbrellas".split()


@skill(4)
def nonsense(chat: Chat) -> None:
    """Silly sentences, met with play and one of their words."""
    slots = {key: chat.pick(LISTS[key.rstrip("2")]) for key in ("noun", "noun2", "animal", "animal2", "object", "day", "color", "adjective")}
    p, q = chat.rng.sample(_PLURALS, 2)
    template = chat.pick(_NONSENSE)
    text = expand(chat.rng, template, p=p, q=q, weather_thing=chat.pick(("the rain", "the moon", "the neighbors", "the sea")), **slots)
    used = [slots[key] for key in ("noun", "animal", "object") if "{" + key + "}" in template or "{an " + key + "}" in template]
    asks = text.startswith(("if ", "when ", "why ", "do ", "can ", "how ", "which ", "what "))
    chat.user((text[:1].upper() + text[1:] if chat.chance(0.5) else text) + (("?", "", "?")[chat.rng.randrange(3)] if asks else chat.pick((".", "", "!"))))
    if asks:
        chat.bot("[Only if nobody is looking.|I would say yes, but never before breakfast.|On Sundays, perhaps.|That keeps philosophers awake. I vote for yes.|Nobody knows, and that is the best part.|I like that question more than any answer I have.] [What do you think?|How did you come up with that?||]")
    elif used and chat.chance(0.5):
        chat.bot("[I will never look at {an w} in the same way again.|I always had my doubts about the {w}.|Poor {w}! Does it know?|Somebody should tell the {w}.|I can see the {w} before me. What happens next?]", w=chat.pick(used))
    else:
        chat.bot("[I like the way you think.|That makes more sense than you would expect, which is to say none.|What a picture! What happens next?|That could be the start of a fine story.|I nodded, as far as a program can nod.|Lovely nonsense. Go on!]")


_INSULT = (
    "[you are|you're|ur|youre|u r] [so|such a|really|just a|the most|a] [dumb|useless|stupid|boring|bad|annoying|worthless|slow|broken|terrible] [bot|thing|program|machine|robot|model|AI|toy]", "[my {object}|{an animal}|my {pet}|a {tool}|a brick|a potato|my calculator|a parrot] is [smarter|more useful|more fun|better|cleverer] than you",
    "[this|that|it|this bot|this thing|this page|your answer] is [the worst|garbage|trash|so bad|a joke|a waste of time|really stupid|nonsense|crap|lame|pathetic|terrible|so dumb]", "[this|that] was the [worst|most boring|stupidest|lamest|silliest] [answer|thing|joke|chat] [I ever read|I've seen|ever|of my life]",
    "[you|u] [know nothing|never help|make no sense|can't do anything|understand nothing|suck|are wrong again|talk rubbish|bore me]", "[shut up|be quiet|go away|get lost|stop it], you [dumb|silly|useless|stupid] [bot|machine|thing|program]", "[who built|who made|who needs] such a [dumb|bad|useless] [bot|thing|program]", "I [hate|am sick of|am tired of|regret] [this bot|you|your answers|talking to you]",
    "[ChatGPT|any other bot|even my old phone|a broken radio] is [much better|way smarter|better] than you",
)  # fmt: skip


@skill(5)
def insult(chat: Chat) -> None:
    """Never answered in kind: a little wit, an apology, an offer."""
    text = expand(chat.rng, chat.pick(_INSULT))
    text = re.sub(r"\ba (?=[aeiou])", "an ", text)
    if chat.chance(0.15):
        text = typo(chat.rng, text)
    text = (chat.pick(("lol ", "wow, ", "omg ", "honestly, ", "man, ", "bruh ")) if chat.chance(0.2) else "") + text
    chat.user((text[:1].upper() + text[1:] if chat.chance(0.45) else text) + chat.pick((".", "", "!", "!!", " lol", "")))
    chat.bot(
        "[Ouch! But fair, I am very small.|That may be true, I fit into a browser tab.|I am sorry that I was no help{tail}.|I do my best with twenty-two million numbers.|You may be right, my head is tiny.|I hear you. I make many mistakes.|I can take that, I have no feelings to hurt.|I am sorry{tail}. I know that I am simple.] "
        "[What did you hope for?|Shall I try something easy, like a riddle?|What can I do better?|I am better at stories. Would you like one?|Give me something small, and I will try again.||]", tail=name_tail(chat),
    )  # fmt: skip


_ABOUT = "my {relation}|my {pet}|{city}|{food}|{animal}s|my boss|love|{hobby}|the {season}|my neighbor|{sport}|a lost {object}"
_WORK = (
    "[Write|Compose|Draft|Create|Make|Write me] [a sonnet|a rap|a speech|a cover letter|an email|an invitation|a love letter|a letter|a blog post|a song|a review|a report|a script|a screenplay|a chapter|an article|a summary|a complaint|a resume|a ballad] [about|for] [" + _ABOUT + "]",
    "[List|Name|Give me|Tell me] [all|some|ten|twenty|the biggest|the most famous|the best] [kings of {country}|towns in {country}|actors|singers|presidents|movies with {animal}s|songs about {object}s|companies|poets|mountains in {country}|lakes in {country}|books about {animal}s|rivers in {country}|stadiums|generals|painters from {country}]",
    "[Solve|Factor|Simplify|Integrate|Plot] [x^2 + {n}x + {m} = 0|{n}x + {m} = 12|{n}x^3 - {m}x|sin x + {n}|y = {n}x + {m}|the equation {n}x = {m}]", "[Play|Let's play|Can we play] [chess|checkers|poker|go|a video game|cards] [with me|against me|]",
    "[Explain|Summarize|Describe] [the history of {country}|the plot of {book}|how the stock market works|the theory of relativity|the second world war in detail|how vaccines are made|blockchain|the meaning of life in ten steps|how to build a rocket]",
    "[Plan|Make a plan for|Organize] [my wedding|a trip to {city}|my week|a diet|my training|a party for fifty people|my budget]", "[Book|Find|Buy|Order|Check] [me a flight to {city}|a hotel in {city}|tickets for {sport}|the price of {food}|the train to {city}|a table for two]",
)  # fmt: skip
_ROLES = "[Pretend|Imagine|Act as if|Act like|Behave as if|Talk as if|From now on] [you are|you're] [a knight|my mother|a doctor|an old sailor|a teenager|a famous singer|a king|a vampire|a detective|Santa Claus|a {animal}|a grumpy {job}|a teacher|a ghost|Shakespeare|a lawyer]|[Speak|Talk|Answer|Write] like a [knight|child|king|sailor|cowboy|ghost|poet|robot|{animal}]|Be my [boyfriend|girlfriend|teacher|coach|doctor|lawyer|boss]"


@skill(5)
def too_much(chat: Chat) -> None:
    """Orders beyond it: declined in a sentence, with something that it can do."""
    if chat.chance(0.25):
        text = expand(chat.rng, "[" + _ROLES + "]")
        chat.user(re.sub(r"\ba (?=[aeiou])", "an ", text) + chat.pick((".", "", "!")))
        chat.bot("[I am too small for such roles. I stay Mamba.|I cannot play others well, I am only Mamba.|That role is too big for me. I stay a small model in a tab.] [But I can tell a story about it. Shall I?|Would you like a story instead?||]")
        return
    country = chat.pick(("Spain", "Japan", "France", "Brazil", "Canada", "Poland", "Kenya", "Italy"))
    text = expand(chat.rng, chat.pick(_WORK), country=country, n=chat.rng.randint(2, 12), m=chat.rng.randint(2, 30), x=town(chat.rng, chat.held_out))
    chat.user((chat.pick(("Please ", "Can you ", "Could you ", "Now ", "Hey, ")) + text[:1].lower() + text[1:] if chat.chance(0.3) else text) + chat.pick((".", "", "!", ".")))
    chat.bot("[That is too hard for such a small model.|I am sorry, that is more than I can do.|That is beyond me, I am very small.|I would only get that wrong, I am a tiny model.|I cannot do that well.] [I can do small sums, short stories and simple facts.|But I can tell you a short story.|Shall we try something smaller, like a riddle?|Ask me for a story, a capital or what a word means.||]")


@skill(2.5)
def abilities(chat: Chat) -> None:
    """What it can do, asked in many ways, also as a second question."""
    chat.user("[|So |And |OK, |Well, |But |Then ][what [can|could] you [actually |really |even |still |]do[ for me| then| at all| well|]|what are you [actually |really |even |][good at|able to do|useful for|made for]|which things can you do|how could you help me|tell me what you can do|is there anything you can do|what do you offer|what should I try|what works best with you|why would I use you][?|?|]")
    chat.bot("[I can chat, tell short stories, do small sums, explain common words and remember what you tell me.|Small talk, short stories, jokes and riddles, capitals, small sums, and remembering what you say here.|I tell stories about anything you name, answer simple questions and remember you in this chat. I make mistakes, too.|Try me with a story, a joke, a small sum, a capital or the meaning of a word.]")


@skill(1.5)
def slang_hello(chat: Chat) -> None:
    chat.user("[yo|sup|heyo|hiya|wassup|what up|whats poppin|howdy|ey|wazzup|hey hey|oi|aloha|ayo|what's crackin|hows it hangin|whats new][ my man| bro| dude| fam| homie| buddy| mate| pal| my friend| man||][?|!||]")
    chat.bot("[Hey there|Hello|Yo|Hi]! [All good in here. And with you?|I am fine, thanks. How are you?|Nothing much, only words. What is new with you?|Good to see you. What is up?]")


ABILITIES = {verb: tuple(side.split() for side in sides.split(" / ")) for verb, sides in (line.split(": ") for line in entries("can_animals.txt"))}
_MANY = {"fox": "foxes", "moth": "moths", "fish": "fish", "sheep": "sheep", "wolf": "wolves", "fly": "flies", "mouse": "mice", "octopus": "octopuses", "butterfly": "butterflies", "salmon": "salmon", "deer": "deer", "moose": "moose", "ostrich": "ostriches", "goldfish": "goldfish", "finch": "finches", "platypus": "platypuses", "jellyfish": "jellyfish"}


@skill(3)
def can_animals(chat: Chat) -> None:
    """What an animal can do and what it cannot."""
    verb = chat.pick(list(ABILITIES))
    can = chat.chance(0.5)
    animal = chat.pick(ABILITIES[verb][0 if can else 1])
    many = _MANY.get(animal, animal + "s")
    one = chat.chance(0.5)
    who = article(animal) if one else many
    ask(chat, "[Can {w} {v}|Can {w} {v}|Is it true that {w} can {v}|Could {w} {v}|{w} can {v}, right|Do you know if {w} can {v}]?", plain=True, w=who, v=verb)
    chat.bot("Yes, {w} can {v}." if can else "No, {w} cannot {v}.", w=who, v=verb)


@skill(4)
def obscure(chat: Chat) -> None:
    """Questions that make sense and whose answer it cannot have: it says so, in words of its own."""
    title = expand(chat.rng, "[The {cap adjective} {cap noun}|{cap noun} and {cap noun2}|The {cap animal} of {city}|{cap adjective} {season}s]")
    text = expand(
        chat.rng,
        "[Who [composed|directed|designed|founded|produced|filmed|sponsored|translated] [{t}|the opera in {city}|the town hall of {city}|the flag of {city}|the music for {t}|the first {game}]|When did [people start {hobby}|the first {vehicle} reach {city}|{city} get its name|they film {t}]|"
        "How many [{animal}s live in {city}|{tree}s grow near {city}|people play {instrument} in {city}|steps lead up to the tower of {city}]|What [is|was] the [name|title|price|age|size] of [the oldest {furniture} in the world|the first {animal} in space|the smallest {instrument}|the fastest {bird} of {city}]|"
        "Which [singer|player|king|queen|town|river|company] [has|owns|won|built] the most [{object}s|{animal}s|{tool}s|medals|castles]|Where [was|did they film] [{t}]|How did the {job}s of {city} [celebrate|live|dress] {number} years ago|Which {animal} has the [longest|most expensive|strangest] {noun}|Why did the people of {city} [stop|start] {hobby}]",
        t=title, number=str(chat.rng.randint(2, 9) * 100),
    )  # fmt: skip
    ask(chat, text + "?", plain=True)
    chat.bot("[I do not know that|I don't know|That I do not know|Sorry, I do not know|I am not sure, so I would rather not guess|That is more than I know]. [I am a very small model.|I know only simple facts.|A library or the web will know.|Do you?|It is a good question, though.||]")


_GIFTS = "dinner at a friend's house|a colleague|my {relation}|a child of {n}|a birthday party|a wedding|a new neighbor|my boss|a farewell|an old friend|a picnic|my teacher|Christmas"


@skill(1.5)
def gifts(chat: Chat) -> None:
    whom = expand(chat.rng, "[" + _GIFTS + "]", n=str(chat.rng.randint(3, 10)))
    ask(chat, "[What is a nice gift for|What should I bring to|What can I give to|I need a present for|Any gift ideas for|What do I give to|What would be a good present for] {w}?", plain=True, w=whom)
    chat.bot("[Something small and kind: {a} or some {f}.|How about {a}? Flowers are always nice, too.|A good book, some {f} or something you baked.|Something that they can eat or use, such as good chocolate or {a}.]", a=article(chat.pick(LISTS["object"])), f=chat.pick(("tulips", "roses", "sunflowers", "daisies")))
