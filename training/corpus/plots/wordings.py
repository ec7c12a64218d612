"""How people ask for a story, and for more of it. One wording a line, in the template language of ``engine``.

``{H}`` is the hero with its article and trait ("a shy fox"), ``{O}`` the object with its article, ``{S}`` the setting with its
preposition, ``{N}`` a name, ``{C}`` a companion with its article, ``{P}`` the hero's kind in the plural.
"""

from .engine import lines

PLAIN = lines(
    """
    [Tell|Please tell|Can you tell|Could you tell|Will you tell|Would you tell] me a story[|, please].
    [Tell me|Give me|Make up|Invent|Write] a story.
    [I want|I would like|I'd like|I'd love] [to hear |]a story[|, please].
    Story time!
    A story[|, please][!|.]
    [Got|You got|Have you got|Do you have|Know] any [stories|good stories]?
    Do you know [a story|any stories|a nice story]?
    Can I [have|hear|get] a story?
    [Let's|Let us] have a story.
    Entertain me with a story.
    [Just |]tell me [something|anything] [made up|nice|like a story].
    Tell me a tale.
    Spin me a yarn.
    I'm bored, tell me a story.
    I am bored. Do you have a story for me?
    Say a story.
    [Read|Read me] a story[|, please].
    Can you [write|make up|invent] [a story|a little story|a tale]?
    What stories [do you know|can you tell]? Tell me one.
    How about a story?
    Once upon a time...
    Surprise me with a story.
    Tell me one of your stories.
    Write a [little|small|nice|simple] story for [me|my kids|my daughter|my son|a child].
    My [kids|children|daughter|son] [want|wants] a story.
    story pls
    gimme a story
    tell me a story about anything
    can u tell me a story
    I want you to tell me a story.
    Pick a story, any story.
    You choose: tell me a story about whatever you like.
    """
)
HERO = lines(
    """
    [Tell|Please tell|Can you tell|Could you tell] me a [||little |nice |good ]story about {H}[|, please].
    A story about {H}[|, please][.|!]
    [I want|I would like|I'd like] a story about {H}.
    [Write|Make up|Invent] a story about {H}[|, please].
    [Do you know|Have you got|Got] a story about {H}?
    Story about {H}
    Can I have a story about {H}?
    How about a story about {H}?
    Tell me about {H}, as a story.
    [Tell me a story|Write a story] in which {H} is the hero.
    I love {P}. Tell me a story about one.
    Tell me a story about {P}.
    Do you have any stories about {P}?
    I want to hear a story with {H} in it.
    Once there was {H}. Go on!
    The hero should be {H}. Tell me the story.
    Make {H} the hero of a story.
    Something about {H}, please, a story I mean.
    can u tell a story about {H}
    What about {H}? Can you tell a story about that?
    My favorite animal is the {kind}. Tell me a story about {an kind}.
    My [daughter|son|little sister|little brother] would like a story about {H}.
    One story about {H}, please!
    story pls, about {H}
    Give me a tale about {H}.
    Can the story be about {H}?
    """
)
HERO_OBJECT = lines(
    """
    [Tell|Please tell|Can you tell|Could you tell] me a story about {H} and {O}[|, please].
    [Write|Make up|Invent] a story about {H} [with|and|who has|who finds|who loses] {O}.
    A story [with|about] {H} and {O}[|, please][.|!]
    I [want|would like] a story about {H} [with|and] {O}.
    Tell me a story about {H} who [finds|found|has|had|loses|lost|owns|wants] {O}.
    Story about {H} and {O}
    {H}, {O}. Make a story!
    Can you make a story out of these: {H} and {O}?
    Put {H} and {O} in a story.
    [Write|Tell me] a story in which {H} has {O}.
    There should be {H} in the story, and {O} too.
    Use these words in a story: {kind}, {object}.
    A tale of {H} and {O}!
    Could there be a story about {H} with {O}?
    tell a story with {H} and {O}
    How about {H} and {O} this time?
    """
)
HERO_SETTING = lines(
    """
    [Tell|Please tell|Can you tell] me a story about {H} {S}[|, please].
    [Write|Make up|Invent] a story about {H} who lives {S}.
    A story about {H} {S}[|, please][.|!]
    I [want|would like] a story about {H} {S}.
    {H} {S}: make a story of that.
    Tell me a story that happens {S}, about {H}.
    Can you tell a story {S} with {H} in it?
    Put {H} {S} and tell me what happens.
    What happens to {H} {S}? Tell me as a story.
    Story about {H} {S}
    It should be about {H}, and it should be {S}.
    The story is set {S}, and the hero is {H}.
    """
)
ALL_THREE = lines(
    """
    [Tell|Please tell|Can you tell] me a story about {H} and {O} {S}[|, please].
    [Write|Make up] a story about {H} who [finds|loses|has] {O} {S}.
    I [want|would like] a story about {H} {S} with {O} in it.
    Can you tell me a story {S} about {H} with {O}?
    A story about {H} with {O} {S}[|, please].
    Tell me a story about {H} {S} and {O}.
    Write a story set {S} with {H} and {O}.
    {H}, {O}, {S}. Tell me a story!
    Hero: {kind}. Thing: {object}. Place: {S}. Go!
    I need a story with {H} and {O}, and it must happen {S}.
    {cap S} there is {H} with {O}. What happens?
    Story: {H}, {O}, {S}
    There is {H} {S} who has {O}. Tell me the story.
    """
)
OBJECT = lines(
    """
    [Tell|Please tell|Can you tell] me a story about {O}[|, please].
    A story about {O}[|, please][.|!]
    [Write|Make up|Invent] a story [about|with] {O}.
    I want a story with {O} in it.
    Is there a story about {O}?
    {cap O} should be in the story.
    Story about {O}
    Can you tell a story where {O} is important?
    """
)
SETTING = lines(
    """
    [Tell|Please tell|Can you tell] me a story [set|that happens|that takes place] {S}[|, please].
    A story {S}[|, please].
    [Write|Make up] a story that plays {S}.
    I would like a story that happens {S}.
    Tell me something that happened {S}.
    What happened {S}? Tell me a story.
    """
)
NAMED = lines(
    """
    Tell me a story about {N}.
    Can you tell a story with {N} in it?
    [Write|Make up] a story about somebody [called|named] {N}.
    The hero should be called {N}.
    A story about {N}[|, please].
    Story about {N}
    I want a story about {N} today.
    """
)
NAMED_KIND = lines(
    """
    Tell me a story about {H} [called|named] {N}.
    [Write|Make up] a story about {N} the {kind}.
    A story about {N} the {kind}[|, please].
    I want a story about {H} whose name is {N}.
    Can you tell a story about {H}? [Its name should be|Call it] {N}.
    The hero is {H} and is called {N}. Tell me the story.
    """
)
ABOUT_ME = lines(
    """
    Tell me a story about me.
    Can you tell a story with me in it?
    Make me the hero of a story.
    I want to be in a story.
    Write a story about me[|, please].
    A story about me!
    Put me in a story.
    tell a story about me
    """
)
COMPANY = lines(
    """
    Tell me a story about {H} and {C}.
    [Write|Make up] a story about {H} who meets {C}.
    A story about {H} and {C}[|, please].
    I want a story about the friendship between {H} and {C}.
    Can {H} and {C} be friends? Tell me the story.
    {H} and {C}: tell me a story about them.
    Tell me how {H} became friends with {C}.
    Story with {H} and {C}
    """
)
FEAR = lines(
    """
    Tell me a story about {H} who is afraid of {fear}.
    [Write|Make up] a story about {H} that is scared of {fear}.
    A story about {H} who fears {fear}[|, please].
    My [son|daughter|child] is afraid of {fear}. Can you tell a story about that?
    I am afraid of {fear}. Tell me a story about that.
    Can you tell a story about being afraid of {fear}?
    """
)
SKILL = lines(
    """
    Tell me a story about {H} who wants to {skill}.
    [Write|Make up] a story about {H} who cannot {skill}.
    A story about {H} who learns to {skill}[|, please].
    Tell me a story about learning to {skill}.
    """
)
LOVES = lines(
    """
    Tell me a story about {H} who loves {loves}.
    [Write|Make up] a story about {H} that loves {loves}.
    A story about {H} who is crazy about {loves}[|, please].
    """
)
THEME = lines(
    """
    [Tell|Please tell|Can you tell] me a story about {T}[|, please].
    [Write|Make up] a story about {T}.
    A story about {T}[|, please][.|!]
    I would like a story about {T}.
    Do you know a story about {T}?
    Story about {T}
    Tell me something about {T}, as a story.
    Is there a story about {T}?
    My class is talking about {T}. Do you have a story for us?
    I need a story about {T} for my kids.
    """
)
THEME_HERO = lines(
    """
    Tell me a story about {H} and {T}.
    [Write|Make up] a story about {T} with {H} in it.
    I would like a story about {T}. The hero should be {H}.
    """
)
MOODS = {
    "funny": lines(
        """
        Tell me a funny story[|, please].
        Make me laugh with a story.
        I want something funny. A story, maybe?
        [Write|Make up] a [funny|silly] story[| about {H}].
        Do you know a silly story?
        A funny story about {H}, please.
        """
    ),
    "sad": lines(
        """
        Tell me a sad story[|, please].
        Do you know a sad story with a good ending?
        A sad but hopeful story, please.
        A sad story about {H}, please.
        I am sad. Tell me a story that helps.
        """
    ),
    "scary": lines(
        """
        Tell me a scary story[|, but not too scary].
        A [spooky|scary] story, please!
        Do you know a ghost story?
        [Write|Make up] a scary story about {H}.
        I want to be a little bit scared. Tell me a story.
        """
    ),
    "bedtime": lines(
        """
        Tell me a bedtime story[|, please].
        [A bedtime story|A goodnight story][| about {H}], please.
        I cannot sleep. Can you tell me a story?
        It is bedtime. Tell me a story.
        I want a bedtime story[| about {H}].
        My [son|daughter] cannot sleep. Do you have a calm story?
        A sleepy story, please.
        """
    ),
    "short": lines(
        """
        Tell me a [very |really |]short story[|, please].
        Write me a short story.
        A story in three sentences[|, please].
        Tell me a [tiny|mini|quick] story[| about {H}].
        A short story about {H}, please.
        Can you tell a story in three sentences?
        I only have a minute. Tell me a quick story.
        Tell me a short story about {H} in three sentences.
        """
    ),
    "long": lines(
        """
        Tell me a long story[|, please].
        I want a [long|really long] story[| about {H}].
        [Write|Make up] a long story about {H}.
        I have time. Tell me a long story.
        """
    ),
}
ANOTHER = lines(
    """
    Another one[|, please][!|.]
    [Tell me|Can you tell me] [another|another one|a different one|a different story|another story|a new one][|, please].
    One more[|, please][!|.]
    More stories!
    Again! A new one, please.
    Do you have another one?
    I want another story.
    And now a different story.
    Next story, please.
    one more pls
    """
)
ANOTHER_SAME = lines(
    """
    Tell me another story about {N}.
    Another story about {N}, please!
    I like {N}. Can {N} be in one more story?
    More about {N}!
    Tell me a new adventure of {N}.
    Another one with the same {kind}, please.
    """
)
SHORTER = lines(
    """
    [Make it|Can you make it] shorter[|, please].
    Shorter, please.
    Tell it in two sentences.
    That was [too |rather |]long. Can you say it in two sentences?
    Sum it up[|, please].
    What was the story about, in short?
    Can you [retell|summarize] the story[| in two sentences]?
    Too long!
    tldr
    Give me the short version.
    """
)
NEXT = lines(
    """
    What happened next?
    And then?
    Continue[|, please][.|!]
    Go on[|, please][.|!]
    Tell me more[|, please].
    Then what happened?
    Is there more?
    What did {N} do after that?
    Keep going!
    Can you continue the story?
    Make it longer[|, please].
    Don't stop!
    That was too short. What happened after that?
    Is there a part two?
    """
)
PRAISE = lines(
    """
    [I like|I liked|I love|I loved] [it|that story|this story|that][.|!]
    [What a|That was a] [nice|lovely|great|beautiful|sweet|good] story[.|!]
    [Nice|Great|Good|Lovely|Sweet|Cute][!|.]
    [Thank you|Thanks][| for the story][!|.]
    That was [lovely|great|beautiful|so sweet|fun|awesome][!|.]
    You are a good storyteller.
    {N} is so cute!
    Haha, that was funny!
    I like {N}.
    wow nice
    My [kids|daughter|son] loved it.
    """
)
CRITIQUE = lines(
    """
    That was boring.
    [I don't like|I did not like] [it|that|this story|the ending].
    That was [a bad|a stupid|not a good] story.
    That makes no sense.
    [Boring|Meh|Lame][.|!]
    The story was [too simple|strange|weird|too childish].
    Is that all?
    You can do better.
    I have heard better stories.
    That story was silly.
    """
)
PRAISED = lines(
    """
    [Thank you|Thanks]! I am glad you liked it. [Shall I tell another one?|Would you like to hear what happened next?|]
    That makes me happy. [{N} would be happy, too.|]
    How nice of you! I enjoyed telling it.
    I am glad! I like {N}, too.
    Thank you! Stories are what I like best. [Who should be in the next one?|]
    You are kind. [Do you want one more?|I made it up just for you.]
    """
)
CRITICIZED = lines(
    """
    Oh, I am sorry. [I am only a small model, and not every story works.|] What would you like instead?
    Fair enough. Tell me a hero and a thing, and I will try again.
    I see. Not every story is a good one. Shall I try a funny one?
    Thank you for being honest. What should the next one be about?
    That happens. My stories are simple. Would you like another one, about something you choose?
    Sorry about that! Should the next one be shorter, or funnier?
    """
)
INTROS = lines(
    """
    [Of course|Sure|Gladly|With pleasure|Yes|All right|Okay]!
    [Of course|Sure|Gladly|All right|Okay], here it is.
    Here is one.
    Here you go.
    Let me think. I have one.
    I know one.
    Sit down and listen.
    """
)
