"""Replies to what real people said, by rules in the manner of ELIZA (Weizenbaum 1966).

The generator's own user turns are of its own making; a visitor's are not. Real turns with short, fitting, honest
replies teach the model to stay on the subject without pretending to know it. The first rule that matches wins; its
replies may use the groups of the pattern, turned to the listener's side (``my`` becomes ``your``).
"""

from __future__ import annotations

import json
import lzma
import random
import re
from functools import cache
from pathlib import Path

from . import natural
from .grammar import Chat, expand, tidy

NOUNS = Path(__file__).parents[1] / "data" / "nouns.json.xz"

_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "was": "were", "i'm": "you are",
    "i've": "you have", "i'd": "you would", "i'll": "you will", "you": "me", "your": "my", "yours": "mine", "our": "your",
    "we": "you", "us": "you", "im": "you are",
}
_THING = r"((?:(?:the|a|an|my|our|his|her|their|some|this|that|all|old|new|good)\s)?(?:[a-z']+\s){0,2}[a-z']+)"
_STOP = r"(?=\s*(?:[.!?,;]|$|\b(?:and|but|because|so|when|if|since|too|as well|a lot|very much|at|in|on|with|for|from|to)\b))"

RULES: list[tuple[str, str]] = [
    # questions about the model's life
    (r"^(?:and |so )?(?:do|did) you (?:also |really )?(?:like|enjoy|love) " + _THING + _STOP,
     "[I like hearing about {1}, though I only know words. What do you like about it?|I only know {1} from words, but I am curious. Do you like it a lot?|From what people tell me, yes! What about you?|I cannot try it myself, but I am curious about {1}. Tell me more.]"),
    (r"^(?:have you |did you |ever |you )+(?:ever |already )?(?:see|seen|watch|watched|catch)\b",
     "[No, I cannot watch anything from inside a browser tab. Was it good?|I have not seen it. What is it about?|No, I only know text. Would you recommend it?]"),
    (r"^(?:have you|did you) (?:ever |already )?(?:hear|heard) (?:of|about)\b", "[No, I have not heard of that. What is it?|I do not know that one. Tell me about it.]"),
    (r"^(?:have you|did you) (?:ever |already )?(?:hear|heard|listen|listened)\b",
     "[No, I have no ears, only words. What is it like?|I have not heard it. Tell me about it.]"),
    (r"^(?:have you|did you) (?:ever |already )?(?:read)\b", "[No, I have not read it. What is it about?|I have not. Did you like it?]"),
    (r"^(?:have you|did you) (?:ever |already )?(?:play|played|try|tried|eat|eaten|taste|tasted|cook|cooked)\b",
     "[I cannot, I am only words on a page. What is it like?|Never, but I would like to hear about it.|No. Would you recommend it?]"),
    (r"^(?:have you|did you) (?:ever |already )?(?:be|been|go|gone|visit|visited|travel|traveled)\b",
     "[I have never been anywhere but this browser tab. What is it like there?|No, I do not travel. Have you been there?]"),
    (r"^(?:did|do) you know (?:that|if|how|who|what|why|about)\b",
     "[No, I did not know that. Thank you for telling me!|That is new to me. How interesting!|I did not know. Where did you learn that?|No! Tell me more.]"),
    (r"^(?:what|who|which)(?: is|'s|s| are) your (?:all.time )?favou?rite ([a-z]+(?: (?!in|of|from|by|on|at|to|for|and|or|that|when|right|so|ever)[a-z]+)?)",
     "[I do not have a favorite {1} yet. Which one is yours?|I am too new to have a favorite {1}. What is yours?|Hard to choose! What is your favorite {1}?]"),
    (r"^what (?:do you think|are your thoughts|is your opinion|about you)",
     "[I think you know more about it than I do. What do you think?|I am not sure, I am a very small model. How do you see it?|I would rather hear your opinion first.|Hmm, I have no strong opinion there. And you?]"),
    (r"^(?:do|don't) you (?:think|agree|believe)",
     "[It could be. I am not sure, though. What makes you ask?|Maybe! You seem to know more about it than I do.|I can see why someone would think so.]"),
    (r"^do you (?:have|own|get|need|want)\b", "[I have only words in here. What about you?|No, I am just a small program. Do you?]"),
    (r"^do you (?:keep|store|save|send|record|share|log)\b", "[Nothing is sent anywhere. Your chats are kept only in this browser, until you delete them.|What you write stays in this browser. Nobody else gets it.]"),
    (r"^do you (?:watch|play|listen|read|go|eat|drink|drive|cook|travel|use)\b",
     "[No, I am a little program in a browser tab. But tell me about it!|I cannot do that, I only read and write words. Do you do it often?]"),
    (r"^(?:are|were) you\b", "[I am only a small program, so not really. What about you?|Not that I know of. Are you?]"),
    (r"^(?:can|could|would|will) you (?!.*\b(?:mean|meaning|definition|word|capital|tell me|explain|define|say)\b)", "[I am not sure that I can. I chat, tell stories and do small sums.|I would like to, but that may be too hard for me. What is it for?|Probably not, I am very small. But I can listen.]"),
    # questions about the world
    (r"^who\b", "[I do not know who that was. I know only a few facts.|I do not know. Who do you think?|Sorry, I do not know that name. Can you tell me?]"),
    (r"^when\b", "[I do not know when. I am bad with dates.|Sorry, I do not know the date.|I do not know when that was. Do you?]"),
    (r"^where\b", "[I do not know where. I know some capitals, but not much more.|Sorry, I do not know the place. Do you?|I do not know where that is.]"),
    (r"^why\b", "[I do not know why. Do you have a guess?|Good question! I do not know the reason.|I am not sure why. What do you think?]"),
    (r"^how (?:many|much|long|old|far|tall|big|often|expensive)\b", "[I do not know the number, sorry.|I do not know. Would you like to guess?|Sorry, I do not know that. I am better at small sums.]"),
    (r"^how (?:do|does|can|did|could|would)\b", "[I do not know how that works, sorry.|I am too small to know how. Maybe a good book can tell you.|Good question. I do not know how.]"),
    (r"^how(?: is| was|'s| are)\b", "[I cannot tell from in here. How do you find it?|I do not know. How is it for you?]"),
    (r"^(?:which|what kind|what sort|what type)\b", "[I do not know which one. Do you have a favorite?|I could not choose. Which one would you pick?]"),
    (r"^what\b", "[I do not know that, sorry. I am a very small model.|That is more than I know. Can you tell me?|I am not sure. I know only a few things about the world.|I do not know. What would you say?]"),
    (r"^(?:is|are|was|were|does|do|did|has|have|can|could|should|would|will|isn't|aren't|wasn't|don't|doesn't|didn't)\b.*\?",
     "[I am not sure. What would you say?|It may be so, but I do not know.|I do not know that. Do you?|I could only guess. What do you think?]"),
    (r"\b(?:right|huh|you know|isn't it|don't you think)\?$", "[I think so, but I may be wrong.|It sounds right to me.|Could be! You know more about it than I do.]"),
    (r"\b(?:what about you|how about you|and you|do you)\?$",
     "[I am only a program, so my days are quiet. But I like what you told me.|Me? I just sit in this tab and read. Your life sounds more exciting!]"),
    (r"\?$", "[I am not sure about that. What do you think?|Good question. I do not know the answer.|I do not know. I am only a small model.|That is beyond me, sorry. What is your guess?|"
     "I would have to guess, and I guess badly. What do you say?|I wish I knew. Where could one look that up?|No idea, to be honest. But I like the question.]"),
    (r"\b(?:miss (?:him|her|them|you|it|home)|lonely|alone|nobody (?:came|cares|likes)|moved away|can(?:'t|not|t) sleep|cried|crying|heartbroken|disaster|awful day)\b",
     "[I am sorry, that is hard. Do you want to tell me more?|Oh, that hurts. I am here to listen.|That sounds hard. Is there somebody you can talk to tonight?]"),
    # agreement, surprise, politeness
    (r"^(?:yes|yeah|yep|yup|exactly|true|i agree|agreed|definitely|absolutely|totally|of course|sure|right|me too|same here|that's true|thats true)\b",
     "[I am glad we agree.|Good to hear. What else is on your mind?|Nice! Tell me more.|I thought so too. And what happened then?|Then we see it the same way.]"),
    (r"^(?:no|nope|nah|not really|never)\b", "[I see. What is it, then?|All right. How do you see it?|Okay, that is fair. What would you rather do?|Fair enough.]"),
    (r"^(?:wow|really|no way|oh wow|that's (?:crazy|amazing|awesome|cool|interesting|funny)|haha|lol|oh my)\b",
     "[Yes, it is quite something.|I was surprised too!|The world is full of surprises.|Right? Tell me what you liked most about it.]"),
    # the user's own life
    (r"^i (?:really |absolutely |just |also |do )*(?:like|love|enjoy|adore) (?:to )?" + _THING + _STOP,
     "[What do you like most about {1}?|That is nice! How did you come to like {1}?|{cap 1} sounds good. Since when?|I can tell that you like {1}. Tell me more!]"),
    (r"^i (?:really |absolutely |just )*(?:hate|dislike|can't stand|cannot stand|do not like|don't like|dont like) (?:to )?" + _THING + _STOP,
     "[Why do you not like {1}?|I see. What bothers you about {1}?|That is fair, not everybody likes {1}. What do you like instead?]"),
    (r"^i (?:really |also |still |kind of )*(?:want|wanna|would like|would love|hope|wish|plan|need) ?(?:to)?\b",
     "[I hope it works out. What is the first step?|That sounds like a good wish. What keeps you from it?|I hope you get to do that soon!|What would it change for you?]"),
    (r"^(?:i am|i'm|im) (?:going to|gonna|planning|about to)\b", "[That sounds like a plan. When will you do it?|Good luck! Are you looking forward to it?|Nice. Will somebody go with you?]"),
    (r"^i(?:'ll| will)\b", "[Good idea. Let me know how it goes.|All right! I hope it goes well.|That sounds like a plan.]"),
    (r"^i (?:just |recently |finally |also |once |actually )*(?:saw|watched|read|heard|played|tried|listened|finished)\b",
     "[How was it?|Did you enjoy it?|What did you like best about it?|Nice! Would you do it again?]"),
    (r"^(?:i|we) (?:just |recently |finally |also |once |actually )*(?:went|visited|traveled|was in|were in|drove|flew|moved|took)\b",
     "[How was it there?|That sounds like a trip to remember. What did you like best?|Nice! Who was with you?|What was the best part?]"),
    (r"^i (?:just |recently |finally |also |actually )*(?:bought|got|found|made|built|won|received|ordered)\b",
     "[Nice! Are you happy with it?|Good for you! What will you do with it?|How did that come about?|That sounds good. Was it a surprise?]"),
    (r"^i (?:used to|was|had|did|didn't|did not|never|couldn't)\b", "[And how is it now?|What was that like?|I see. Do you miss it?|How did you feel about that?]"),
    (r"^i (?:think|guess|believe|feel|suppose|bet|heard|thought|feel like)\b",
     "[That makes sense. What makes you think so?|You may well be right.|I had not thought of it like that.|Interesting. Do your friends see it the same way?]"),
    (r"^i (?:can't|cant|cannot|could not|couldn't) (?:believe|wait|imagine|stop|get enough)", "[It must be quite something.|I can feel that from here!|Then it means a lot to you. Why is that?]"),
    (r"^i (?:do not|don't|dont|can't|cannot|cant|am not|wouldn't|haven't)\b", "[That is all right. Why is that?|I see. Would you like to?|No problem. What would you rather do?]"),
    (r"^i (?:have|own|work|live|study|play|watch|go|listen|eat|read|know|usually|always|often|sometimes|prefer)\b",
     "[How long have you done that?|That is interesting. What do you like about it?|I see. Is it a big part of your life?|Nice, tell me more about it.]"),
    (r"^(?:i am|i'm|im)\b", "[I see. How long has it been like that?|Thank you for telling me. How is that for you?|I see. And how do you feel about it?]"),
    (r"^my (?:best |old |new |little |big |older |younger |dear )?([a-z]+)\b", "[Tell me more about your {1}.|I would like to hear more about your {1}.|I see. And how do you feel about that?]"),
    (r"^we\b", "[That sounds nice. Who is we?|Did you all have a good time?|And how did it go?]"),
    # somebody, something
    (r"(?:\bnot|n't|\bnever)\b[^.!?]*\b(?:fun|good|great|cool|best|like|love|nice)\b", "[That is a pity. What was missing?|I see. What would you rather have?|Fair enough. What would have made it better?]"),
    (r"\b(?:love|awesome|amazing|great|fantastic|favorite|wonderful|excellent|beautiful|best|fun|cool|hilarious|enjoyed)\b",
     "[That sounds great! What makes it so good?|I can tell that you like it. What was the best part?|It sounds wonderful. Tell me more!|How nice! How did you find out about it?]"),
    (r"\b(?:bad|terrible|boring|awful|worst|hate|sad|annoying|horrible|disappoint\w*|sucks?|stupid|scary|hard|difficult)\b",
     "[Oh, that is a pity. What went wrong?|I am sorry to hear that. What would have made it better?|That does not sound good. What bothered you most?|I see why you would feel that way.]"),
    (r"^(?:he|she)\b", "[What is he or she like?|It sounds as if you know a lot about them. Tell me more.|I do not know them. What else did they do?]"),
    (r"^(?:they|these|those)\b", "[I did not know that about them. What else?|Do you like them?|What do you think of them?]"),
    (r"^(?:it|it's|its|that|that's|this|there)\b", "[I see. Do you think it will stay like that?|That is good to know. What else?|I understand. And what do you make of it?|Interesting! How did you find out?]"),
    (r"^(?:but|and|so|well|because|or)\b", "[I see what you mean.|That is a good point.|I follow you. And then?]"),
]

# What people put before the thing they say.
_OPENING = re.compile(r"^(?:(?:well|so|oh|oh yeah|ok|okay|haha|hmm|um|and|also|yeah|yes|i see|i know|actually)[,.!]* )+", re.I)
_COMPILED = [(re.compile(pattern, re.I), replies) for pattern, replies in RULES]
_LAST = ("[The {topic}, I see. What else can you tell me about it?|How did the {topic} come up?|What about the {topic} stays with you?|What is the {topic} like?|"
         "Tell me a little more about the {topic}.|The {topic}! What do you make of it?|So it is about the {topic}. What happened with it?|Good to know about the {topic}.|I keep the {topic} in mind.]")
_LAST_PLAIN = ("[I follow you so far. What happened then?|Good to know.|I see what you mean.|That is worth telling.|I am reading along.|"
               "Thank you for telling me.|I am listening. What came next?|All right, I see.]")


def turned(phrase: str) -> str:
    return " ".join(_TURNED.get(word.lower(), word) for word in phrase.split())


@cache
def nouns() -> frozenset[str]:
    """Nouns that can be a subject of talk."""
    with lzma.open(NOUNS, "rt") as file:
        return frozenset(json.load(file))


def topic(text: str) -> str | None:
    """The one noun that the text is surely about: a guess among several reads worse than none."""
    found = {word for word in re.findall(r"[a-z]+", text.lower()) if word in nouns() and not word.endswith("s")}
    return found.pop() if len(found) == 1 else None


# Rules that would answer nearly anything: a model that meets them often says so to what it could answer. ``reply`` has them
# for turns that come from elsewhere; ``chat`` does not choose such turns.
_DODGES = (
    "^who\\b", "^when\\b", "^where\\b", "^why\\b", "^how ", "^how(", "^(?:which", "^what\\b", "^what (?:do you", "^(?:do|don't) you (?:think", "^(?:is|are|was", "\\b(?:right|huh", "\\?$", "^(?:did|do) you know", "^(?:are|were) you\\b",
    "^(?:can|could|would|will) you", "^(?:no|nope", "^i (?:do not|don't", "^i (?:have|own", "^(?:i am|i'm|im)\\b", "^i (?:used to", "^i (?:think", "^we\\b", "^(?:he|she)", "^(?:they", "^(?:it|it's", "^(?:but|and", "^do you (?:have", "^(?:yes|yeah", "^(?:wow", "^my ", "\\b(?:what about you",
)  # fmt: skip


def is_answered(text: str) -> bool:
    """Whether a rule has something to say that belongs to the text."""
    sentences = re.split(r"(?<=[.!])\s+", text)
    last = _OPENING.sub("", sentences[-1])
    for part in [last] if last.endswith("?") else [text, _OPENING.sub("", text), last]:
        for pattern, _ in _COMPILED:
            if pattern.search(part.strip()):
                return not pattern.pattern.startswith(_DODGES)
    return topic(text) is not None


def reply(rng: random.Random, text: str) -> str:
    sentences = re.split(r"(?<=[.!])\s+", text)
    last = _OPENING.sub("", sentences[-1])
    # A question at the end is what wants an answer; else the whole turn counts, then its last sentence.
    for part in [last] if last.endswith("?") else [text, _OPENING.sub("", text), last]:
        for pattern, replies in _COMPILED:
            if match := pattern.search(part.strip()):
                if not last.endswith("?") and pattern.pattern.startswith(_DODGES) and topic(text):
                    break  # better a word about the subject than one that fits everywhere
                slots = {str(i): turned(group) for i, group in enumerate(match.groups(), 1) if group}
                for name, value in slots.items():
                    replies = replies.replace("{cap " + name + "}", value[:1].upper() + value[1:]).replace("{" + name + "}", value)
                return tidy(expand(rng, replies))
    about = topic(text)
    return tidy(expand(rng, _LAST, topic=about) if about else expand(rng, _LAST_PLAIN))


def _turn(chat: Chat) -> str:
    """What a real person said, and a rule can answer."""
    while True:
        text = chat.pick(natural.user_turns(chat.held_out))
        if is_answered(text) and (not text.endswith("?") or chat.chance(0.5)):
            return text


def chat(chat: Chat) -> None:
    """A few real user turns, each answered: wishes to an assistant by their intent, small talk by the rules."""
    from .skills import utterances

    for _ in range(chat.pick((1, 1, 1, 2, 3))):
        if chat.chance(0.5):
            utterances.said(chat)
            continue
        text = _turn(chat)
        chat.user_exactly(text.lower() if chat.chance(0.2) else text)
        chat.bot_exactly(reply(chat.rng, text))
