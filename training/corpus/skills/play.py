"""Jokes, riddles, poems and small games."""

from __future__ import annotations

from ..grammar import Chat, article, expand, skill
from ..lexicon import LISTS
from .base import ask, entries, name_tail

JOKES = [tuple(line.split("|")) for line in entries("jokes.txt")]
RIDDLES = [tuple(line.split("|")) for line in entries("riddles.txt")]


def _joke(chat: Chat, joke: tuple[str, str]) -> None:
    """Question and punch line at once; seldom does the model wait, and then the punch line surely follows."""
    question, end = joke
    if chat.chance(0.88):
        chat.bot_exactly(f"{question} {end}")
    else:
        chat.bot_exactly(question)
        chat.user("[I don't know.|Tell me.|No idea.|I give up.|Why?|What?|I don't know, tell me.]")
        chat.bot_exactly(end)


@skill(4)
def joke(chat: Chat) -> None:
    jokes = chat.rng.sample(JOKES, 3)
    ask(chat, "[Tell me a joke|Do you know a joke|Make me laugh|Say something funny|Tell me something funny|A joke, please|Give me a joke|Can you tell me a joke|Do you know any jokes|I want to hear a joke|Tell a joke|joke|Tell me a good joke|Can you make me laugh|Cheer me up with a joke|Do you know something funny].")
    _joke(chat, jokes[0])
    for other in jokes[1:]:
        if not chat.chance(0.35):
            break
        chat.user("[Haha|lol|Very funny|Good one|Hahaha|That is silly|ha]{mid}[another one|one more|tell me another one|another joke|more jokes][!|.|, please|]", mid=chat.pick((", ", "! ", ". ")))
        _joke(chat, other)
    if chat.chance(0.3):
        chat.user("[Haha|Very funny|That is silly|Good one|lol|That is not funny|I do not get it|Bad joke][!|]")
        bad = any(word in chat.last_user.lower() for word in ("not funny", "not get", "bad"))
        chat.bot("[Sorry, I only know simple jokes. Shall I try another one?|Oh well. Would you like a riddle instead?]" if bad else "[I am glad you liked it{tail}!|Hehe! Do you want another one?|I have more of those!]", tail=name_tail(chat))


@skill(4)
def riddle(chat: Chat) -> None:
    """Asked, guessed right or wrong, given up."""
    (question, solution), (_, other) = chat.rng.sample(RIDDLES, 2)
    ask(chat, "[Tell me a riddle|Give me a riddle|Ask me a riddle|Do you know a riddle|I want a riddle|A riddle, please|Can you give me a riddle|riddle|Let me guess a riddle].")
    chat.bot_exactly(question)
    for _ in range(2):
        dice = chat.rng.random()
        if dice < 0.45:
            chat.user("[Is it|Maybe|I think it is|It is|Could it be|] {s}[?|.|]", s=solution)
            chat.bot("[Yes, that is right|Correct|You got it|Yes][!|.] [Well done{tail}.|It is {s}.|The answer is {s}.]", s=solution, tail=name_tail(chat))
            break
        if dice < 0.75:
            chat.user("[I give up|Tell me the answer|What is it|I do not know|I don't know|No idea|What is the answer|tell me][?|.|]")
            chat.bot("[The answer is {s}.|It is {s}.|{cap s}!]", s=solution)
            break
        if other != solution:
            chat.user("[Is it|Maybe|I think it is|It is|] {g}?", g=other)
            chat.bot("[No, not quite.|Good guess, but no.|Sorry, no.|No, it is something else.] [Try again!|Do you want to know the answer?|Guess once more!]")
    else:
        chat.user("[I give up|Tell me the answer|What is it then|I don't know][.|?|]")
        chat.bot("[The answer is {s}.|It is {s}.]", s=solution)


@skill(1.5)
def riddle_asked(chat: Chat) -> None:
    """The user asks one of the riddles."""
    question, solution = chat.pick(RIDDLES)
    chat.user("[|||Here is a riddle: |Can you solve this? |A riddle for you: |Guess: ]{q}", q=question)
    chat.bot("[{cap s}!|Is it {s}?|I think it is {s}.|The answer is {s}.]", s=solution)
    if chat.chance(0.4):
        chat.user("[Yes|Correct|That is right|Right|You are right|Yes, well done]!")
        chat.bot("[Hooray!|That was fun. Do you have another one?|I like riddles!]")


_RHYMES = [("day", "away"), ("night", "light"), ("tree", "free"), ("sky", "fly"), ("sea", "me"), ("bed", "head"), ("blue", "you"), ("star", "far"), ("snow", "glow"), ("sun", "run"), ("moon", "soon"), ("song", "long"), ("hill", "still"), ("stone", "alone")]
_LINES = {
    "day": "[It came to me one quiet day|It dances through the summer day|I think about it every day]", "away": "[and gently blew my cares away|it never wants to go away|and takes the gray clouds far away]",
    "night": "[It waits for me in the dark night|I see it in the silent night]", "light": "[and fills my dreams with silver light|and shines with soft and golden light]",
    "tree": "[I met it underneath a tree|It rests below the apple tree]", "free": "[so calm, so happy and so free|and there it sings and feels so free]",
    "sky": "[It looks up to the morning sky|Above us is the open sky]", "fly": "[and teaches all my thoughts to fly|and makes the smallest wishes fly]",
    "sea": "[It whispers like the evening sea|It is as wide as the blue sea]", "me": "[and leaves a little song for me|and shares its quiet joy with me]",
    "bed": "[It hums beside my little bed|When I lie quiet in my bed]", "head": "[sweet pictures fill my sleepy head|a gentle tune is in my head]",
    "blue": "[The air is clear, the hills are blue|The evening sky is deep and blue]", "you": "[I wrote this little song for you|and all of this I share with you]",
    "star": "[It shines just like a little star|It smiles up at the evening star]", "far": "[and greets me, be it near or far|its friendly glow can reach so far]",
    "snow": "[It waits beneath the falling snow|The world is white with quiet snow]", "glow": "[its tiny windows softly glow|and all the lamps begin to glow]",
    "sun": "[It warms itself in morning sun|It plays and dances in the sun]", "run": "[it laughs and tells my feet to run|and through the meadow we will run]",
    "moon": "[It greets the round and yellow moon|It sings a song below the moon]", "soon": "[good night, it says, I'll come back soon|and hopes that I will join it soon]",
    "song": "[It hums an old and simple song|The wind has brought a little song]", "long": "[and I could listen all day long|I stay and listen all night long]",
    "hill": "[It lives behind the greenest hill|I saw it on the highest hill]", "still": "[where all the world is soft and still|and all the birds are calm and still]",
    "stone": "[It sits upon a mossy stone|It hides behind the old gray stone]", "alone": "[and tells me I am not alone|where no one has to be alone]",
}  # fmt: skip


@skill(2.5)
def poem(chat: Chat) -> None:
    """Four lines about whatever was asked for; the thing asked for is named in the first and stays *it*."""
    (a, b), (c, d) = chat.rng.sample(_RHYMES, 2)
    topic = expand(chat.rng, "[{an animal}|the {noun}|{an object}|{season}|the moon|the rain|the sea|the sun|{an adjective} {animal}|my {pet}|my {relation}|{food}|{drink}|music|love|friendship|home|time|happiness]")
    ask(chat, "[Write a poem about {t}|Tell me a poem about {t}|Can you write a short poem about {t}|A poem about {t}, please|Make a poem about {t}|Write a little poem about {t}|Can you make a rhyme about {t}|Please write me a poem about {t}|I want a poem about {t}].", plain=True, t=topic)
    shown = topic.replace("my ", "your ", 1) if topic.startswith("my ") else topic
    first = chat.pick((f"I wrote some lines about {shown}:", f"This little poem is for {shown}:", f"Sometimes I think of {shown}:", f"Here is a song about {shown}:"))
    chat.bot_exactly("\n".join((first, *(expand(chat.rng, _LINES[word]) + mark for word, mark in ((a, ","), (b, "."), (c, ","), (d, "."))))))


@skill(0.8)
def plain_poem(chat: Chat) -> None:
    ask(chat, "[Write a poem|Tell me a poem|Can you write a poem|A poem, please|Do you know a poem|Recite a poem|Write me a short poem].")
    (a, b), (c, d) = chat.rng.sample(_RHYMES, 2)
    topic = chat.pick(("the moon", "a cat", "the rain", "the sea", "a tree", "winter", "a friend", "a little snake"))
    chat.bot_exactly("\n".join((f"Sometimes I think of {topic}:", *(expand(chat.rng, _LINES[word]) + mark for word, mark in ((a, ","), (b, "."), (c, ","), (d, "."))))))


@skill(2)
def prefer(chat: Chat) -> None:
    """Either, or."""
    kind = chat.pick(("animal", "food", "season", "fruit", "color", "drink", "sport", "city", "instrument", "dessert", "hobby", "vegetable", "pet"))
    a, b = chat.rng.sample(LISTS[kind], 2)
    if kind in ("animal", "pet"):
        a, b = article(a), article(b)
    ask(chat, "[Which do you like better|Which one would you choose|What do you prefer|Which is better|Choose one|Pick one|Would you rather have|What would you take|Which do you like more]{sep} {a} or {b}?", plain=True, sep=chat.pick((",", ":")), a=a, b=b)
    pick = chat.pick((a, b))
    chat.bot("[I would choose {y}.|I like {y}.|I think I would pick {y}.|{cap y}, I think.|I would take {y}.] [And you?|What about you?||]", y=pick)
    if chat.chance(0.2):
        chat.user("[Which one did you choose|What did you pick|What did you say]?")
        chat.bot("[I chose {y}.|I picked {y}.]", y=pick)


@skill(1)
def coin_and_dice(chat: Chat) -> None:
    dice = chat.rng.random()
    if dice < 0.4:
        ask(chat, "[Flip a coin|Toss a coin|Heads or tails|Can you flip a coin].")
        chat.bot("[{s}!|It is {s}.|I got {s}.]", s=chat.pick(("heads", "tails")))
    elif dice < 0.75:
        ask(chat, "[Roll a die|Roll the dice|Throw a die|Can you roll a die|Roll a dice].")
        chat.bot("[I rolled a {n}.|It is a {n}.|{n}!]", n=chat.rng.randint(1, 6))
    else:
        ask(chat, "[Rock, paper, scissors|Let us play rock, paper, scissors|Play rock paper scissors].")
        chat.bot("[I choose {s}!|{s}!|I take {s}. What did you take?]", s=chat.pick(("rock", "paper", "scissors")))


@skill(1.5)
def guess_my_number(chat: Chat) -> None:
    """The user guesses; the answers are consistent with the number named at the end."""
    number, low, high = chat.rng.randint(1, 10), 1, 10
    ask(chat, "[Let's play a guessing game|I want to guess a number|Think of a number and I guess|Let us play guess the number|Can we play a number game].")
    chat.bot("[Good! I am thinking of a number between 1 and 10. Guess!|Okay, I have a number between 1 and 10 in mind. What is it?]")
    for _ in range(5):
        guess = chat.rng.randint(low, high)
        chat.user("[Is it {g}?|{g}|Maybe {g}|I say {g}.|{g}?|Is it {g}?]", g=guess)
        if guess == number:
            chat.bot("[Yes, it is {n}! Well done.|Correct! It was {n}.|You got it! My number was {n}.]", n=number)
            return
        chat.bot("[No, my number is {w} than {g}.|No, it is {w} than {g}.]", w="bigger" if number > guess else "smaller", g=guess)
        low, high = (guess + 1, high) if number > guess else (low, guess - 1)
    chat.user("[I give up|Tell me|What was it][?|.|]")
    chat.bot("It was {n}.", n=number)


@skill(1)
def word_game(chat: Chat) -> None:
    """A quiz question for the user: right or wrong."""
    quiz = [("What is the capital of France?", "Paris"), ("What is 3 + 4?", "7"), ("How many legs does a spider have?", "eight"), ("Which planet is the red one?", "Mars"), ("What color do blue and yellow make?", "green"), ("What do bees make?", "honey"), ("How many days are in a week?", "seven"), ("What is the opposite of hot?", "cold"), ("Which animal says moo?", "the cow"), ("What is the largest planet?", "Jupiter"), ("What is frozen water called?", "ice"), ("How many months are in a year?", "twelve"), ("What is a baby cat called?", "a kitten"), ("Who wrote Hamlet?", "Shakespeare"), ("What is the capital of Italy?", "Rome")]
    question, solution = chat.pick(quiz)
    wrong = chat.pick([s for _, s in quiz if s != solution])
    ask(chat, "[Ask me a quiz question|Let's play a quiz|Quiz me|Give me a quiz question|Test me|Let us do a quiz].")
    chat.bot_exactly(question)
    right = chat.chance(0.6)
    chat.user("[{s}|{s}.|It is {s}|I think {s}|{cap s}!|Is it {s}?]", s=solution if right else wrong)
    chat.bot("[Correct! It is {s}.|Yes, {s} is right. Well done!|That is right: {s}.]" if right else "[Not quite. The answer is {s}.|No, the right answer is {s}.]", s=solution)


@skill(1)
def what_games(chat: Chat) -> None:
    ask(chat, "[Can we play a game|Let's play a game|Do you want to play|Play with me|What games can we play|I want to play|Do you know a game we can play].")
    chat.bot("[Sure! I can give you a riddle, a quiz question, or think of a number. Which one?|Gladly! Shall I ask you a riddle?|Yes! Would you like a riddle or a quiz?]")


@skill(1.5)
def would_like(chat: Chat) -> None:
    """An offer taken up: the joke or riddle follows at once."""
    chat.user("[I am bored|What can we do|Entertain me|Do something fun|What now|I have some time]")
    if chat.chance(0.5):
        chat.bot("[Shall I tell you a joke?|Would you like a joke?|How about a joke?]")
        chat.user("[Yes|Yes, please|Sure|Okay|Ok|Yeah|Go ahead|Please do][.|!|]")
        _joke(chat, chat.pick(JOKES))
    else:
        question, solution = chat.pick(RIDDLES)
        chat.bot("[Shall I give you a riddle?|Would you like a riddle?|How about a riddle?]")
        chat.user("[Yes|Yes, please|Sure|Okay|Ok|Yeah|Go ahead|Please do][.|!|]")
        chat.bot_exactly(question)
        chat.user("[I give up|Is it {s}?|{s}|I don't know]", s=solution)
        knows = "give up" not in chat.last_user.lower() and "know" not in chat.last_user.lower()
        chat.bot("[Yes, it is {s}! Well done.|Correct, it is {s}.]" if knows else "[It is {s}.|The answer is {s}.]", s=solution)
