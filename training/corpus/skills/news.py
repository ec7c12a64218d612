"""News told to the model, good and bad: the answer says what it has heard, and which feeling belongs to it.

``events`` answers by the theme ("Oh no. How did it happen?"); here the answer names the thing itself ("I am sorry that your
bike was stolen."), with the user's own names in it.
"""

from __future__ import annotations

import re

from ..grammar import Chat, capital, expand, skill, tidy
from ..lexicon import LISTS, person
from .base import name_tail

_WHO = "brother sister mother father grandma grandpa aunt uncle cousin son daughter friend neighbor colleague teacher boss".split()
_PETS = "dog cat rabbit hamster parrot goldfish guinea pig horse turtle budgie".replace("guinea pig", "guinea_pig").split()
_THINGS = "bike phone laptop wallet bag car guitar camera keys watch umbrella glasses tablet jacket".split()
_WORK = "cake bread pizza soup pie lasagna birthday cake".replace("birthday cake", "birthday_cake").split()

# What is said; what the answer names; the tone (bad, good, afraid, angry).
NEWS: list[tuple[str, str, str]] = [
    # losses
    ("[my {pet} {n} died|{n}, my {pet}, died|we had to put {n} down, my old {pet}|my {pet} {n} is dead|I buried my {pet} {n}]", "[I am so sorry about {n}|I am so sorry that you lost {n}|Losing {n} must hurt so much, I am sorry]", "grief"),
    ("[my {who} died|my {who} passed away|I lost my {who}|my {who} is not with us any more|we buried my {who}]", "[I am so sorry about your {who}|I am so sorry that you lost your {who}|Losing your {who} must hurt deeply, I am sorry]", "grief"),
    ("[my {who} {n} died|I lost {n}, my {who}|{n} passed away, my {who}]", "[I am so sorry about {n}|I am so sorry that {n} died|Losing {n} must hurt deeply, I am sorry]", "grief"),
    ("[I miss my {who}|I miss my {who} so much|it is hard without my {who}|my {who} is far away and I miss them]", "[Missing your {who} hurts, I am sorry|You miss your {who} very much, I can tell|It is hard without your {who}, I am sorry]", "bad"),
    ("[I miss {n}|I think of {n} every day|the house is empty without {n}|it is quiet without {n}]", "[You miss {n} very much, I am sorry|It is hard without {n}, I am sorry|Missing {n} must hurt]", "bad"),
    # ill and hurt
    ("[my {who} is in [the |]hospital|my {who} was taken to hospital|an ambulance took my {who}]", "[I am sorry that your {who} is in hospital, you must be worried|Your {who} in hospital, that is a worry|Oh no, I hope your {who} will be well soon]", "afraid"),
    ("[my {who} is [very |]ill|my {who} is sick|my {who} has cancer|my {who} does not get better]", "[I am sorry that your {who} is so ill, that is frightening|Your {who} is ill, that must worry you a lot]", "afraid"),
    ("[my {who} had an accident|my {who} fell down the stairs|my {who} crashed the car]", "[Oh no, an accident! I hope your {who} is all right|I am sorry about your {who}'s accident, what a fright]", "afraid"),
    ("[I broke my {bone}|my {bone} is broken|I fell and broke my {bone}]", "[Ouch, a broken {bone} hurts, I am sorry|I am sorry about your {bone}]", "bad"),
    ("[my {part} hurts|I have pain in my {part}|my {part} aches since yesterday]", "[I am sorry that your {part} hurts|A sore {part} is no fun, I am sorry]", "body"),
    ("[my {pet} is sick|my {pet} {n} is sick|{n} is at the vet|my {pet} does not eat]", "[I am sorry that your {pet} is not well, you must be worried|Poor {pet}, that is a worry]", "afraid"),
    # away
    ("[my {who} moved away|my {who} moved to {city}|my {who} left for {city}]", "[It is sad when your {who} moves away|Your {who} will be missed, I am sorry|That is a sad goodbye to your {who}]", "bad"),
    ("[my {pet} ran away|my {pet} {n} ran away|I cannot find my {pet}|our {pet} is gone since yesterday]", "[Oh no, I hope your {pet} comes back soon|Your {pet} is missing, you must be so worried]", "afraid"),
    ("[{n} broke up with me|{n} left me|{n} does not love me any more|{n} moved out]", "[I am sorry that {n} left, that hurts|It hurts that it is over with {n}, I am sorry]", "bad"),
    ("[I had a fight with {n}|I had a fight with my {who}|my {who} and I are not talking|{n} and I shouted at each other]", "[A fight like that weighs on one, I am sorry|I am sorry that you two fought]", "bad"),
    ("[{n} is my best friend and does not talk to me|{n} ignores me|{n} has new friends now|{n} does not answer my messages]", "[It hurts that {n} is so distant, I am sorry|Being ignored by {n} hurts, I understand]", "bad"),
    # things
    ("[somebody stole my {thing}|my {thing} was stolen|my {thing} got stolen|a thief took my {thing}]", "[I am sorry that your {thing} {was} stolen, that makes one angry|Your {thing} stolen, how upsetting|Oh no, not your {thing}! A theft is upsetting]", "angry"),
    ("[I lost my {thing}|my {thing} {is} gone|I cannot find my {thing} anywhere|I left my {thing} on the bus]", "[How annoying that your {thing} {is} gone|Oh no, losing your {thing} is a nuisance|I am sorry about your {thing}]", "search"),
    ("[I broke my {thing}|my {thing} broke|I dropped my {thing}|my {thing} fell into the water|I sat on my {thing}]", "[Oh no, your {thing}! That is annoying|What a pity about your {thing}]", "fix"),
    ("[my {who} broke my {thing}|{n} broke my {thing}|{n} lost my {thing}]", "[It is annoying that your {thing} {is} ruined|Oh no, your {thing}! I understand that you are cross]", "angry"),
    ("[I burned the {cake}|my {cake} is burnt|my {cake} fell apart|I dropped the {cake} on the floor|the dog ate my {cake}]", "[Oh no, your {cake}! All that work for nothing|What a pity about your {cake}, how frustrating]", "bad"),
    ("[I spilled {drink} on my {thing}|there is {drink} all over my {thing}|{drink} everywhere, even on my {thing}]", "[Oh no, {drink} on your {thing}! How annoying|{cap drink} on your {thing}, what a mess]", "fix"),
    # school and work
    ("[I failed [my|the] {sub} [test|exam]|I got a bad grade in {sub}|my {sub} exam went badly|I did not pass {sub}]", "[I am sorry that {sub} went badly, that is disappointing|A bad result in {sub} is disappointing, I am sorry]", "retry"),
    ("[I have a {sub} [test|exam] tomorrow and I am [nervous|scared|afraid]|I am afraid of the {sub} test|tomorrow is the {sub} exam and I cannot sleep]", "[A {sub} test makes many people nervous|It is normal to be nervous before the {sub} exam]", "calm"),
    ("[I passed {sub}|I passed [my|the] {sub} [test|exam]|I got an A in {sub}|best grade in {sub}]", "[Congratulations on {sub}, well done|Well done in {sub}, you can be proud]", "good"),
    ("[I was fired|I lost my job as a {job}|they do not need me as a {job} any more]", "[I am sorry that you lost your job, that is a shock|Losing your job is hard, I am sorry]", "bad"),
    ("[I got a job as a {job}|I am a {job} now|they took me as a {job}|I start as a {job} on {day}]", "[Congratulations on the job as a {job}|How nice, you will be a {job}! Congratulations]", "good"),
    ("[I start a new {new} on {day} and I am nervous|on {day} my new {new} begins and I am scared]", "[A new {new} makes everybody nervous at first|It is natural to be nervous about the new {new}]", "calm"),
    ("[my {who} yelled at me|my {who} was mean to me|my {who} is unfair|my {who} blames me]", "[It hurts to be treated like that by your {who}|I am sorry that your {who} was so unkind]", "angry"),
    ("[my {close} forgot my birthday|my {close} did not come to my {event}|my {close} did not call on my birthday]", "[It hurts that your {close} was not there for you|I am sorry that your {close} let you down on such a day]", "bad"),
    # plans
    ("[my {event} was cancelled|the {event} is cancelled|no {event} this year|my {event} fell through]", "[What a pity that the {event} is cancelled|I am sorry about the {event}, you had looked forward to it]", "bad"),
    ("[nobody came to my {event}|only [two|three] people came to my {event}|{num} people were invited to my {event} and two came]", "[I am sorry that so few came to your {event}, that is disappointing|An empty {event} is sad after all that work, I am sorry]", "bad"),
    ("[my {event} was great|the {event} was wonderful|everybody loved my {event}|what a {event} that was, so good]", "[How nice that your {event} went so well|I am glad that the {event} was so good]", "good"),
    ("[I look forward to my {event}|my {event} is on {day}, I cannot wait|only two days until my {event}!]", "[How nice, you can look forward to the {event}|The {event} is near, how exciting]", "look"),
    # joy
    ("[we got a {pet}|I have a new {pet}|I got a {pet} called {n}|we adopted a {pet}, {n}]", "[How lovely, a {pet}! You must be delighted|Congratulations on your new {pet}]", "pet"),
    ("[my {young} had a baby|my {young} is pregnant|my {young} expects twins]", "[What happy news about your {young}|How wonderful, a baby in the family]", "good"),
    ("[{n} and I are engaged|I am going to marry {n}|{n} said yes|I married {n}]", "[Congratulations to you and {n}|How wonderful for you and {n}! Congratulations]", "good"),
    ("[{n} is back|my {who} is coming home|my {who} visits me on {day}|I saw {n} again after years]", "[How nice to see each other again|You must be so happy about that]", "look"),
    ("[my {who} is well again|my {who} is out of hospital|my {who} woke up|my {who} can walk again]", "[What a relief that your {who} is better|I am so glad that your {who} is better]", "relief"),
    ("[I found my {thing}|my {thing} {is} back|somebody brought back my {thing}]", "[What a relief that your {thing} turned up|How good that you have your {thing} again]", "found"),
    ("[I won [a prize|a medal|first place] in {sport}|we won in {sport}|my {sport} team won]", "[Congratulations on winning in {sport}|Well done, a win in {sport}]", "good"),
    ("[we lost in {sport}|my {sport} team lost|I lost my {sport} match]", "[I am sorry that you lost in {sport}, that stings|A lost {sport} match is disappointing]", "bad"),
    ("[I finally learned {hobby}|I made real progress in {hobby}|I sold something from my {hobby}|people praised my {hobby}]", "[Well done, you can be proud of that|How nice that {hobby} goes so well]", "good"),
    ("[my first {cake} turned out perfect|I made a {cake} and it is delicious|everybody wanted more of my {cake}]", "[Well done, a {cake} to be proud of|How nice that your {cake} turned out so well]", "good"),
    ("[I got a {thing} for my birthday|my {who} gave me a {thing}|I finally bought a {thing}]", "[How nice, a new {thing}! You must be happy|A {thing}, what a nice thing to get]", "good"),
    ("[I am going to {city} [tomorrow|next week|on {day}]|we fly to {city} on {day}|my trip to {city} begins tomorrow]", "[How nice, a trip to {city}|{cap city}, how exciting]", "look"),
    ("[my {who} is proud of me|my {who} said something nice about me|my {who} praised me]", "[How nice to hear that from your {who}|That must feel good, praise from your {who}]", "good"),
    # alone and small
    ("[I ate {food} alone again|I sat at home with {food} all evening|another evening with {food} and no one to talk to]", "[An evening alone with {food} can feel lonely, I am sorry|That sounds like a lonely evening, I am sorry]", "bad"),
    ("[they laughed at my {thing}|everybody laughs at my {hobby}|they make fun of my {hobby}]", "[It hurts to be laughed at for that, I am sorry|That was unkind of them, I am sorry]", "angry"),
    ("[I am scared of {fear}|I am afraid of {fear}|{fear} make me panic|I have a fear of {fear}]", "[A fear of {fear} feels very real, I am sorry|Being afraid of {fear} is no shame]", "calm"),
]  # fmt: skip
_AFTER = {
    "grief": "[What do you like to remember?|Grief takes its time. Is somebody with you?|You may be sad as long as you need.|Do you want to tell me more?]",
    "bad": "[Do you want to tell me more?|How are you now?|Is there somebody who can be with you?|Be kind to yourself today.|What hurts most about it?]",
    "afraid": "[Is there news yet?|Is somebody with you?|I hope with you that it ends well.|How are you holding up?]",
    "angry": "[What will you do now?|You have a right to be angry.|Did you tell somebody?|What happened exactly?]",
    "body": "[If it gets worse, please see a doctor.|Rest a little, and ask a doctor if it stays.|Have you had it for long?]",
    "search": "[Where did you see it last?|Perhaps it turns up again. Where did you look?|Ask where you were last, somebody may have found it.]",
    "fix": "[Can it be saved?|How did it happen?|Perhaps it can be repaired.]",
    "retry": "[Can you try again?|It can be mended. What was hard?|Next time you know what to expect.]",
    "calm": "[Breathe out slowly a few times.|What worries you most about it?|One step after the other, you can do it.]",
    "good": "[How do you feel?|Tell me more!|I am happy for you.|How will you celebrate?]",
    "look": "[What do you look forward to most?|I wish you a good time!|What will you do first?]",
    "relief": "[You can breathe out again.|How do you feel now?|Those must have been hard days.]",
    "found": "[Where did you find it?|I am glad with you.|Luck was with you.]",
    "pet": "[What is it like?|How did you find each other?|I wish you many happy years together.]",
}
_REPLY = {
    "bad": ("[yes, it hurts|it is hard|I am so sad|I don't know what to do|it is really hard for me|I feel awful about it]", "[I understand. One hour at a time is enough today.|That is all right. You need not be strong now.|I am glad that you say it. Something warm and a kind voice may help tonight.]"),
    "good": ("[I am so happy|thank you!|I can hardly believe it|it feels great|yes, I am really happy]", "[You have every reason to be. Enjoy it!|I am glad with you. Keep this day in mind.|That is lovely to read. Enjoy every bit!]"),
}
_GLAD = ("good", "look", "pet", "relief", "found")
_BEFORE = ("", "", "", "", "", "", "well, ", "so, ", "oh, ", "hey, ", "guess what, ", "you know, ", "honestly, ", "I have to tell you something: ", "bad day. ", "today ", "ugh, ")


@skill(16)
def news(chat: Chat) -> None:
    said, named, tone = chat.pick(NEWS)
    rng = chat.rng
    thing = chat.pick(_THINGS)
    many = thing in ("keys", "glasses")
    slots = dict(
        n=person(rng, chat.held_out), who=chat.pick(_WHO), pet=chat.pick(_PETS).replace("_", " "), thing=thing, was="were" if many else "was", cake=chat.pick(_WORK).replace("_", " "),
        bone=chat.pick(("arm", "leg", "wrist", "ankle", "finger", "toe", "foot")), part=chat.pick(("back", "head", "knee", "tooth", "neck", "shoulder", "belly", "foot", "throat", "ear")),
        event=chat.pick(("party", "concert", "trip", "wedding", "picnic", "dinner", "birthday party", "holiday", "show", "exhibition", "reading", "barbecue")), num=str(rng.randint(10, 60)),
        sub=chat.pick(("math", "maths", "history", "English", "biology", "physics", "chemistry", "French", "geography")), new=chat.pick(("job", "school", "class", "course")), fear=chat.pick(("spiders", "dogs", "storms", "heights", "needles", "lifts", "snakes", "dentists", "crowds")),
        drink=chat.pick(("coffee", "tea", "milk", "juice", "soup", "wine")), job=chat.pick([j for j in LISTS["job"] if j[0].lower() not in "aeiou"]),
    )  # fmt: skip
    slots["is"] = "are" if many else "is"
    slots |= {kind: chat.pick(LISTS[kind]) for kind in ("city", "sport", "hobby", "food", "day")}
    slots["young"] = chat.pick(("sister", "cousin", "aunt", "daughter"))
    slots["close"] = chat.pick(("brother", "sister", "mother", "father", "friend", "son", "daughter", "best friend", "uncle", "grandma"))
    text = " ".join(expand(rng, said, **slots).split())
    if many:
        text = re.sub(r"\ba (keys|glasses)\b", r"new \1", text)
        named = named.replace("a new {thing}", "new {thing}").replace("A {thing}, what a nice thing", "New {thing}, what a nice thing")
    before = chat.pick(_BEFORE)
    if tone in _GLAD and before in ("bad day. ", "ugh, ") or tone not in _GLAD and before == "guess what, " or before == "today " and not text.startswith("my"):
        before = ""
    text = before + text
    text = capital(text) + chat.pick(("", ".", ".", ".", "!" if tone in _GLAD else "..."))
    chat.user_exactly(text.lower() if chat.chance(0.25) else text)
    first = expand(rng, named, **slots)
    mark = "!" if tone in _GLAD else "."
    chat.bot_exactly(tidy(f"{first}{name_tail(chat, 0.08)}{mark} {expand(rng, _AFTER[tone])}"))
    kind = "good" if mark == "!" else "bad"
    if tone in ("grief", "bad", "afraid", "good") and chat.chance(0.25):
        chat.user(_REPLY[kind][0])
        chat.bot(_REPLY[kind][1])
