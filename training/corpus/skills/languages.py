"""Other languages: recognised, answered in English, with the language's name where it is plain."""

from __future__ import annotations

from ..grammar import Chat, expand, skill, tidy
from .base import entries

# language -> templates
SENTENCES: dict[str, list[str]] = {}
for _line in entries("languages.txt"):
    _language, _, _template = _line.partition(": ")
    SENTENCES.setdefault(_language, []).append(_template)


@skill(8)
def other_language(chat: Chat) -> None:
    """A sentence or two of another language, typed with its accents or without."""
    language = chat.pick(list(SENTENCES))
    rows = chat.rng.sample(SENTENCES[language], min(len(SENTENCES[language]), chat.pick((1, 1, 1, 2))))
    text = " ".join(expand(chat.rng, row) for row in rows)
    dice = chat.rng.random()
    text = text.lower() if dice < 0.2 else text.rstrip(".?!") if dice < 0.3 else text
    if chat.chance(0.15):
        text = text.translate(_PLAIN)
    chat.user_exactly(tidy(text) if text[:1].isupper() else text.replace(" ?", "?").replace(" !", "!").strip())
    chat.bot(
        "[That looks like {l}, but I only speak English.|I think that is {l}. I am sorry, I only speak English.|Hello! I believe that is {l}. I only know English.|Is that {l}? I am sorry, I only learned English.|That is {l}, I think, and I only know English.]"
        " [Can you write to me in English?|Shall we go on in English?|Could you say it in English?|What would it be in English?|]",
        l=language,
    )
    if chat.chance(0.15):
        chat.user("[ok|sure|okay, English then|fine, in English|yes|ok sorry][.||!]")
        chat.bot("[Thank you! How are you?|Good! What would you like to talk about?|Thank you for changing over. What did you want to say?]")


_PLAIN = str.maketrans("áàâäãåéèêëíìîïóòôöõøúùûüñçßąęłśżźćńşğıřšžčýě¿¡", "aaaaaaeeeeiiiioooooouuuuncsaelszzcnsgirszcye  ")
_WORDS = "hello|good morning|good night|thank you|I love you|cat|dog|water|house|friend|yes|goodbye|cheese|happy birthday|sun|how are you|good luck|bread|welcome|sorry|book|tree|see you later|moon|apple"
_TONGUES = "Spanish|French|German|Italian|Portuguese|Russian|Chinese|Japanese|Arabic|Hindi|Turkish|Dutch|Polish|Korean|Greek|Latin|Swedish|Finnish|Danish|Norwegian|Czech|Hebrew|Swahili|Irish"


@skill(3)
def translate(chat: Chat) -> None:
    """Declined, in one sentence, and something else offered."""
    word, language = chat.pick(_WORDS.split("|")), chat.pick(_TONGUES.split("|"))
    said = chat.pick((f'"{word}"', word, f"'{word}'"))
    chat.user(f"[Translate {said} to|Can you translate {said} into|How do I say {said} in|What is {said} in|Say {said} in|What's the word for {said} in|Tell me how to say {said} in|Please translate {said} to|{said} in|I need {said} in] {language}[.|?|]")
    chat.bot("[I cannot translate, I only know English.|I am sorry, I only learned English, so I cannot translate that.|Translating is beyond me, I only speak English.|I do not know any {l}. I only speak English.] [A dictionary will know it.|What would you like to talk about in English?||]", l=language)
