"""How people ask for a story: a wish put into words, in one sentence, in several, in keywords."""

from __future__ import annotations

import random
import re

from ..grammar import article, capital
from .engine import render
from .draws import plural
from .request_words import TONE, Words
from .wish import Wish
from .wish_cores import LESSONS

_LEADS = (
    "[Tell me|Tell me|Write|Write|Write me|Compose|Create|Come up with|Narrate|Help me write|Let me have|Please tell me|Can you tell me|Could you write|Make up|I would like|I want|I'd like|Give me|Tell us|Please write|Can I have|Invent|Can you write me|Think of|How about|I need|We want|Let me hear|Would you tell me] [a|a|a|a little|a small|a nice|a new] {adj}[story|story|story|tale]",
    "{Adj}[story|story please|tale]", "[a|one] {adj}story",
)  # fmt: skip


def one_sentence(rng: random.Random, words: Words) -> str:
    wish, hero, verbs, places = words.wish, words.hero(), words.verbs(), words.places()
    who_is = f"The {wish.kind}" if wish.kind else wish.name
    rng.shuffle(places)
    sentences = words.sentences()
    adjective = ""
    if wish.tone and rng.random() < 0.6:
        adjective = words.say(TONE[wish.tone][1]) + " "
        sentences = sentences[1:]
    if wish.length in ("short", "long") and rng.random() < 0.5:
        adjective = ("very short " if wish.length == "short" and rng.random() < 0.5 else f"{wish.length} ") + adjective
        sentences = words.sentences(length=False)[1 if wish.tone and adjective.count(" ") > 1 + ("very" in adjective) else 0 :]
    lead = words.rng.choice(_LEADS[:1] * 5 + _LEADS[1:])
    text = render(rng, lead, {"adj": adjective, "Adj": capital(adjective)})
    text = text.replace(" a exciting", " an exciting").replace(" a adventure", " an adventure")
    if wish.lesson and rng.random() < 0.3:
        verbs = verbs[:-1]
        lesson = words.say(f"[with the lesson that one should {LESSONS[wish.lesson][0].replace('{himself}', 'oneself')}|that teaches {{noun}}|with a moral about {{noun}}]")
    else:
        lesson = ""
    if hero:
        if wish.friend and not wish.friend_fear and rng.random() < 0.3:  # two heroes
            verbs = [verb for verb in verbs if not re.search(rf"\b{re.escape(wish.friend)}\b", verb)]
            hero = f"{hero.rstrip(',')} and {words.friend()}"
            if verbs and rng.random() < 0.5:
                hero += rng.choice((" who are friends", ", two friends,"))
                verbs = []
                sentences += [words.say(f"{who_is} {verb}") for verb in words.verbs() if not re.search(rf"\b{re.escape(wish.friend)}\b", verb)]
        head = hero.rstrip(",") if not verbs else hero
        text += rng.choice((" about ", " about ", " about ", " with ", ": "))
        if places and rng.random() < 0.4:
            head = f"{head.rstrip(',')} {places.pop(0)}"
        plain = not (verbs or wish.name or wish.friend or wish.trait) and " with " not in text
        text += plural(wish.kind) if wish.kind and plain and head == article(wish.kind) and rng.random() < 0.3 else head
        if verbs:
            if head.endswith(",") or " the " in head:
                who = " who "
            else:
                who = rng.choice((" who ", " who ", " who ", " that ", " and {he} ".replace("{he}", words.s["he"])))
            who = f". {who_is} " if wish.friend and wish.friend in hero else who
            text += who + (verbs[0] if len(verbs) == 1 else ", ".join(verbs[:-1]) + " and " + verbs[-1])
    else:
        things = ([article(wish.object)] if wish.object else []) + ([words.friend()] if wish.friend else [])
        if things:
            text += rng.choice((" with ", " about ")) + " and ".join(things)
        if wish.lesson and not lesson:
            text += words.say(" [about {noun}|that teaches {noun}]")
        if wish.fear or wish.skill:
            text += words.say(" about " if not things else " and about ") + ("being afraid of " + wish.fear if wish.fear else "learning to " + (wish.skill or ""))
    for place in places:
        text += " " + place
    if rng.random() < 0.05:
        text += rng.choice((" for kids", " for my class", " for a five year old", " for children", " in simple words", " for my little one"))
    if lesson:
        text += " " + lesson
    question = text.startswith(("Can ", "Could ", "Would ", "How about"))
    text += "?" if question else rng.choice((".", ".", ".", "", " please.", ", please.")) if not sentences else "."
    rng.shuffle(sentences)
    for sentence in sentences:
        text += " " + capital(sentence) + rng.choice((".", ".", ".", "!", ", please."))
    return text.replace("!.", "!").replace("please, please", "please")


def several(rng: random.Random, words: Words) -> str:
    """I want a story. The hero is a dragon called Pim. There should be a key in it."""
    wish = words.wish
    text = render(rng, "[Tell me a story|I want a story|Write a story|A story please|Please write me a story|I need a story|Story time|Can you make up a story for me]", {})
    text += "?" if text.startswith("Can") else rng.choice((".", ".", ":", ""))
    parts: list[str] = []
    if wish.kind:
        kind = article(wish.kind)
        hero = f"[The hero is {kind}|The main character is {kind}|It is about {kind}|The hero should be {kind}]"
        if wish.name:
            hero += f"[ named {wish.name}| called {wish.name}|. {{His}} name is {wish.name}]"
        parts.append(hero)
        if wish.trait:
            parts.append(f"[{{He}} is {wish.trait}|The {wish.kind} is {wish.trait}|Make {{him}} {wish.trait}|The {wish.kind} should be {wish.trait}]")
    elif wish.name:
        parts.append(f"[The hero is called {wish.name}|Call the hero {wish.name}|The name of the hero is {wish.name}]")
    if wish.object:
        parts.append({
            "find": "[{He} finds {ao}|There is {ao} that {he} finds]", "lose": "[{He} loses {ao}|{He} has lost {his} {o}]", "want": "[{He} wants {ao}|{He} would like to have {ao}]", "make": "[{He} builds {ao}|{He} makes {ao}]", "has": "[{He} has {ao}|{He} owns {ao}]", "get": "{He} gets {ao}",
        }.get(wish.act or "", "[There should be {ao} in it|{cap ao} is in it|{cap ao} should play a part|It has to do with {ao}]"))  # fmt: skip
    if wish.friend and not wish.friend_fear:
        friend = words.friend()
        parts.append(f"[{{He}} meets {friend}|{{His}} friend is {friend}|There is also {friend}|{capital(friend)} is in it, too]")
    for place in words.places():
        parts.append(f"[It happens {place}|It takes place {place}|It all happens {place}|Set it {place}|Where: {place}]" if place == wish.place else f"[It happens {place}|It is {place}]" if not place.startswith("while") else f"[It happens {place}]")
    if wish.fear:
        parts.append("[{He} is afraid of {fear}|{He} is scared of {fear}]")
    if wish.skill:
        parts.append("[{He} wants to {skill}|{He} cannot {skill}|{He} would like to {skill}]")
    if wish.lesson:
        parts.append("[{He} learns to {verb}|In the end {he} learns to {verb}|The moral is about {noun}|It should teach {noun}|Lesson: {noun}]")
    parts = [words.say(part) for part in parts] + words.sentences()
    for part in parts:
        text += " " + capital(part) + rng.choice((".",) * 9 + ("",))
    return text.replace("!.", "!")


def chatty(rng: random.Random, words: Words) -> str:
    """My kids want a story. I was thinking of a dragon. Maybe he could find a key?"""
    wish, kind = words.wish, article(words.wish.kind or "hero")
    lead = "[My kids want a story|The children cannot sleep and want a story|I have to tell a story tonight and need help|We are bored and would like a story|I am in the mood for a story|I could do with a story|Time for a story, I think|I would love to hear something made up|Please entertain me with a story|I need a story for tomorrow|Do me a favor and make up a story|Surprise us with a story|It is raining here and we want a story|My class needs a story]."
    parts = [f"[I was thinking of {kind}|Maybe about {kind}|{capital(kind)} would be nice|How about {kind} as the hero|The star of it is {kind}|Let it be about {kind}|We like the idea of {kind}|{capital(kind)} should have the main part|It could be about {kind}]"]
    if wish.name:
        parts.append(f"[Let {{him}} be called {wish.name}|Please call {{him}} {wish.name}|The name {wish.name} would be good|{wish.name} is a good name for {{him}}|{{He}} goes by the name of {wish.name}|I would call {{him}} {wish.name}]")
    if wish.trait:
        parts.append(f"[I imagine {{him}} rather {wish.trait}|{{He}} is very {wish.trait}|Let {{him}} be {wish.trait}|{{His}} problem: {{he}} is {wish.trait}|Everybody says {{he}} is {wish.trait}]" if wish.trait not in ("two-headed", "invisible", "one-eyed", "three-legged", "left-handed") else f"[I imagine {{him}} {wish.trait}|{{He}} is {wish.trait}|Let {{him}} be {wish.trait}]")
    if wish.object:
        parts.append({"find": "[Maybe {he} could find {ao}|One day {he} comes across {ao}|{He} should stumble over {ao}|Let {him} find {ao}]", "lose": "[Somehow {he} loses {his} {o}|{His} {o} has to get lost|Let {him} lose {ao}]", "want": "[{His} dream is to have {ao}|What {he} wants most is {ao}|Let {him} long for {ao}]", "make": "[Let {him} make {ao}|{He} could build {ao}]"}.get(wish.act or "", "[Could there be {ao} in it|They said there has to be {ao}|{cap ao} must not be missing|Somewhere there should be {ao}|Work {ao} into it]"))  # fmt: skip
    if wish.friend and not wish.friend_fear:
        friend = words.friend()
        parts.append(f"[It would be nice if {{he}} met {friend}|Give {{him}} a companion: {friend}|Let there be {friend} as well|{capital(friend)} could turn up|And don't forget {friend}]")
    for place in words.places():
        parts.append(f"[Let it play {place}|I see it all {place}|The scene: {place}|Everything happens {place}|It could be {place}]")
    if wish.fear:
        parts.append("[The only thing {he} fears is {fear}|{Fear} scares {him}|{He} cannot stand {fear}, {he} is so afraid]".replace("{Fear}", capital(wish.fear)).replace("scares", "must scare"))
    if wish.skill:
        parts.append("[{His} big dream: to {skill}|All {he} wants is to {skill}|{He} would give anything to {skill}]")
    if wish.lesson:
        parts.append("[At the end {he} should know how to {verb}|It has to teach the kids about {noun}|We are talking about {noun} at the moment, so that should be in it|What {he} has to learn: to {verb}]")
    first, *rest = [words.say(part) for part in parts]
    more = words.sentences()
    rng.shuffle(rest)
    text = render(rng, lead, {})
    for part in [first, *rest, *more]:
        text += " " + capital(part) + ("?" if part.startswith(("Could", "How about")) else rng.choice((".",) * 7 + ("!",)))
    return text.replace("!.", "!")


def keywords(rng: random.Random, words: Words) -> str:
    """story, dragon, Pim, key, library, funny"""
    wish = words.wish
    parts = [f"{wish.trait} {wish.kind}" if wish.trait and wish.kind else wish.kind, wish.name and rng.choice((wish.name, f"name {wish.name}", f"called {wish.name}")), wish.object and {"find": f"finds {article(wish.object)}", "lose": f"loses {article(wish.object)}", "want": f"wants {article(wish.object)}"}.get(wish.act or "", wish.object)]
    parts += [wish.friend and (f"{wish.friend} {wish.friend_name}" if wish.friend_name else wish.friend), wish.place, wish.weather, wish.fear and f"afraid of {wish.fear}", wish.skill and f"learns to {wish.skill}", wish.lesson and LESSONS[wish.lesson][1]]
    parts = [part for part in parts if part]
    rest = words.sentences()
    text = rng.choice(("story, ", "story: ", "story with ", "Story about ", "tale: ", "a story. ", "story pls: ")) + rng.choice((", ", ", ", " + ", ", ")).join(parts)
    for sentence in rest:
        text += rng.choice((", ", ". ")) + sentence[0].lower() + sentence[1:] if sentence[0] not in "I\"'" else ". " + sentence
    return text


def with_things(rng: random.Random, words: Words) -> str:
    """story with a robot, a lighthouse and a storm pls"""
    wish = words.wish
    things = [words.hero().rstrip(","), wish.object and article(wish.object), wish.friend and words.friend(), wish.extra and article(wish.extra), wish.third and article(wish.third)]
    place = wish.place or ""
    if place.startswith(("in a ", "in an ", "on a ", "at a ")):
        things.append(place.split(" ", 1)[1])
        place = ""
    if wish.weather and wish.weather in ("storm", "full moon", "rainbow", "flood", "blizzard", "carnival", "earthquake", "wedding"):
        things.append(article(wish.weather))
        weather = []
    else:
        weather = words.places()[-1:] if wish.weather else []
    things = [thing for thing in things if thing]
    if len(things) > 1 and not wish.name and not wish.friend_name and rng.random() < 0.3:
        bare = [thing.split(" ", 1)[1] if thing.startswith(("a ", "an ", "the ")) else thing for thing in things]
        quote = rng.choice(("", "", '"'))
        bare = [f"{quote}{thing}{quote}" for thing in bare]
        lead = rng.choice(("Write a story with the words ", "Use the words ", "A story that uses these words: ", "story with these words: ", "Make a story from the words "))
        text = lead + (", ".join(bare[:-1]) + " and " + bare[-1] if len(bare) > 1 else bare[0])
        text += (" in a story" if lead == "Use the words " else "")
    else:
        lead = rng.choice(("story with ", "A story with ", "Tell me a story with ", "Write a story in which there is ", "I want a story with ", "Use these things in a story: ", "Make a story out of this: ", "one story with "))
        text = lead + (", ".join(things[:-1]) + " and " + things[-1] if len(things) > 1 else things[0])
    text += "".join(f" {part}" for part in ([place] if place else []) + weather)
    more = [verb for verb in words.verbs() if wish.fear and wish.fear in verb or wish.skill and wish.skill in verb or wish.lesson and verb.endswith(words.s["verb"])]
    text += rng.choice((".", " pls", "", " please.", "."))
    text = text.rstrip(".") + "."
    if more:
        text += f" {words.s['He']} " + " and ".join(more) + "."
    keep = [s for s in words.sentences() if not (wish.extra and wish.extra in s or wish.third and wish.third in s)]
    for sentence in keep:
        text += f" {capital(sentence)}."
    return text.replace("!.", "!")


def for_a_child(rng: random.Random, words: Words) -> str:
    """A bedtime story for my daughter Ida, she loves owls."""
    wish = words.wish
    loves = plural(wish.friend or "owl")
    if wish.child == "me":
        return _about_me(rng, words, loves)
    text = words.say(f"[Tell|Write|I need|Please tell|Can you tell me|I would like] a [{TONE[wish.tone][1] if wish.tone else 'little'}|{TONE[wish.tone][1] if wish.tone else 'nice'}] story for my {wish.child}[ {wish.name}|, {wish.name}|. {{His}} name is {wish.name}|, {{he}} is called {wish.name}]")
    text += words.say(f"[, {{he}} loves {loves}.|. {{He}} loves {loves}.|, who loves {loves}.|. {{He}} is four and likes {loves}.|. {{He}} is six. {{His}} favorite animals are {loves}.|. There should be {article(wish.friend or 'owl')} in it.|. {{He}} likes {loves}.]")
    if wish.trait:
        text += words.say(f" {{He}} is [a bit|very|rather] {wish.trait}.") if wish.trait not in ("invisible", "two-headed") else words.say(f" {{He}} should be {wish.trait}.")
    if wish.object:
        text += words.say(" [There should also be {ao} in it.|{He} should find {ao}.|And put {ao} in it, please.]")
    if wish.place:
        text += f" It [should happen|happens] {wish.place}.".replace("[should happen|happens]", rng.choice(("should happen", "happens", "takes place")))
    if wish.lesson:
        text += words.say(" [{He} should learn to {verb}.|It should be about {noun}.|{He} has to learn to {verb}.]")
    return text


def _about_me(rng: random.Random, words: Words, loves: str) -> str:
    """I am a girl named Ida. Write a story where I am the hero."""
    wish = words.wish
    text = words.say(f"[I am a {wish.kind} [named|called] {wish.name}. [Make me the hero of a story|Write a story about me|Tell me a story in which I am the hero].|My name is {wish.name} and I am a {wish.kind}. [Can I be the hero of a story?|I want to be in a story.|Tell a story about me, please.]|[A story about me|Write a story where I am the hero|Can you put me in a story]. I am {wish.name}, a {wish.kind}.]")
    text += words.say(f" [I love {loves}.|My favorite animals are {loves}.|There should be {article(wish.friend or 'owl')}, too.|With {article(wish.friend or 'owl')}, please.]")
    if wish.trait:
        text += f" I am {wish.trait}."
    if wish.object:
        text += words.say(" [And there should be {ao}.|I want to find {ao}.|With {ao} in it.]")
    if wish.place:
        text += f" Let it happen {wish.place}."
    if wish.lesson:
        text += words.say(f" [It should be about {{noun}}.|In the end I learn to {LESSONS[wish.lesson][0].replace('{himself}', 'myself')}.]")
    return text


def hero_and_friend(rng: random.Random, words: Words) -> str:
    """a story where the cat is the hero and the dog is afraid of water"""
    wish = words.wish
    text = words.say(f"[A story|Tell me a story|Write a story|I want a story] [where|in which] the {wish.kind} is the hero and the {{fk}} is [afraid of|scared of] {{ffear}}")
    if wish.place:
        text += f", {wish.place}"
    if wish.name or wish.friend_name:
        names = [f"the {kind} is called {name}" for kind, name in ((wish.kind, wish.name), (wish.friend, wish.friend_name)) if name]
        text += ". " + capital(" and ".join(names))
    text += "."
    rest = [s for s in words.sentences() if not (wish.friend_fear and wish.friend_fear in s and wish.friend and wish.friend in s)]
    if wish.object:
        rest.append(words.say("[There is {ao}, too|With {ao} in it]"))
    if wish.trait:
        rest.append(f"The {wish.kind} is {wish.trait}")
    rest += [f"It happens {place}" for place in words.places() if place != wish.place]
    return text + "".join(f" {capital(s)}." for s in rest)


def request(rng: random.Random, wish: Wish) -> str:
    return re.sub(r"([.!?][\"'])[.!]|([.!?])\.", r"\1\2", _request(rng, wish))


def _request(rng: random.Random, wish: Wish) -> str:
    words = Words(rng, wish)
    if wish.child:
        return for_a_child(rng, words)
    if wish.friend_fear and wish.kind and not wish.lesson and rng.random() < 0.7:
        return hero_and_friend(rng, words)
    dice = rng.random()
    if wish.kind and dice < 0.14 and not wish.act and not wish.about:
        return with_things(rng, words)
    if wish.kind and dice < 0.26:
        return keywords(rng, words)
    if wish.kind and dice < 0.4:
        return chatty(rng, words)
    if dice < 0.56 and (wish.kind or wish.name):
        return several(rng, words)
    return one_sentence(rng, words)
