"""Small turns around a story: titles, praise, what happened after a sad one, names and first sentences."""

TITLES = (
    "{n} and the {O}", "{n} and the {O}", "The {TK} and the {O}", "{n} and {F}", "The {O}", "The Story of {n}", "How {n} Found a Friend", "{n}'s Great Day", "{n}, the {TK}", "The {O} of {n}",
)
PRAISE = (
    ("[That was lovely|I like it|Great story|Nice|Beautiful|So good|I love {n}|That was nice]!", "[Thank you! I am glad you like {n}.|Thanks! I like {n}, too.|I am glad. Shall I tell what happened next?|Thank you. Would you like another one?]"),
    ("[Thanks|Thank you|Thank you for the story|thx].", "[You are welcome! {n} says hello.|You are welcome. Would you like another one?|With pleasure.]"),
    ("[That was boring|I did not like it|That was a bit strange|Not so good].", "[I am sorry. Shall I change the ending, or tell another one?|That is a pity. What would you like to be different?|Oh. What should I change?]"),
    ("[Who did you like best|Who is your favorite|Who is your favorite character]?", "[I like {n} best, because {he} had a good heart.|My favorite is {n}, the {tk}.|I like {f}, because without {f} there would be no story.]"),
)
NEXT_SAD = {
    "sad_goodbye": (
        "Some weeks later a letter came. It was from {f}. \"I miss you,\" it said, \"and the {o} misses you, too.\" {n} read it until {he} knew it by heart. Then {he} wrote back, four pages long. After that a letter came every week, and the days were not so quiet any more.",
        "In the winter {n} packed {his} bag and went to visit {f}. It was a long way. When the door opened, {f} had the {o} in {fhis} hand. They did not say a word, they only laughed and cried.",
    ),
    "sad_waiting": (
        "In the summer one of the little ones sat down next to {n}. \"Whom are you thinking of?\" asked the little one. {n} told about {f}, and it was the first time that {he} laughed while {he} did it. The flowers nodded in the wind.",
        "The next spring {n} took some of the flowers and planted them in front of every door {at}. \"They are from {f},\" {he} said. Then everybody knew {f} a little, and {n} was not so alone.",
    ),
    "sad_old": (
        "In the spring {n} planted a small tree {at} and called it after {f}. When it was big enough, {he} hung the {o} in it. And whenever the wind moves the leaves, {n} says, \"Good morning, my friend.\"",
        "One day one of the little ones told {n} a story, and it was one of {f}'s stories, word for word. \"Who taught you that?\" asked {n}. \"You did,\" said the little one. Then {n} knew that {f} was not quite gone.",
    ),
}
OPENERS = (
    ("[Give me|I need|Tell me|Think of|Can you give me] [a good|a|a great|an] first sentence for a story [about {ak}|with {ak}]?", ("On the day when {n} the {k} lost a shadow, nobody noticed but the moon.", "Nobody had ever told the {k} that {ak} cannot whisper.", "The {k} woke up and knew at once that something was missing.", "There was only one {k} {p}, and it was in a very bad mood.", "It was the third time this week that the {k} had missed the train.", "When the {k} opened the box, there was {ao} in it, and the {o} was still warm.")),
    ("[Give me|Tell me|I need|Suggest|Do you have] [a name|a good name|a nice name] for [my|a|the] {k}?", ("How about {a}? It suits {ak}.", "{a} would be a nice name for {ak}. Or {b}.", "I would call the {k} {a}.", "{a}, {b} or {c} would suit {ak}.")),
    ("[What should I call|How shall I name|What could I call|How should we name] [my|our|the] {k}?", ("How about {a}, or {b}?", "I would call your {k} {a}.", "{a} is a good name for {ak}. {b} is nice, too.", "Maybe {a}. It is short and easy to call.")),
    ("[Give me|Tell me|I need|Suggest] [three|three nice|three good|3] names for [{ak}|the hero, {ak}|my {k}].", ("{a}, {b} and {c}.", "Three names for {ak}: {a}, {b} and {c}.", "How about {a}, {b} or {c} for the {k}?")),
    ("[I need|Give me|Do you have|Any] an idea for a story[ with {ak}| about {ak}|]?", ("How about {ak} that finds {ao} and does not know what it is for?", "{ak} gets {ao} by mistake and has to bring it back {p}.", "One morning the {k} wakes up {p} and nobody knows its name.", "{ak} wants to hide {ao} {p}, but the {o} can talk.")),
    ("[What could be the title of|Give me a title for|I need a title for|How could I call] a story about {ak} and {ao}?", ("\"The {K} and the {O}.\" It is simple and good.", "How about \"The {K} Who Lost the {O}\"?", "\"The Secret of the {O}\" would be a good title.")),
)
