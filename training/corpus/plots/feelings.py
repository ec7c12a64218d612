"""Plots about what goes on inside: fear, guilt, a lie, jealousy, being new."""

from .engine import plot

plot(
    "lost_and_found",
    "*lost, losing something, finding something, search, friendship, help, helping, sadness",
    """
    {has}
    But [today|this morning|all of a sudden] the {o} was [gone|nowhere to be seen|not in its place]. {n} turned {his} {home} upside down. No {on}.
    ? "[It must be somewhere|It was here yesterday|{aon_c} does not walk away by itself]," {he} said, and {his} voice shook a little.
    --
    {meet} {asks}
    "I have lost my {on}," said {n}. {offer}
    {search}
    ? [An hour went by.|The light grew dim.|{n} was ready to give up.] {scene3}
    --
    Then {f} [stopped|began to laugh|said, "Stand still"]. "{n}, [what is that on your back|what is that sticking out of your bag|what is that under your own arm]?"
    It was the {o}! {n} had [carried it the whole time|taken it along and forgotten|searched for it while {he} was holding it].
    They laughed [until they had to sit down|so hard that the {folk} came to look|all the way home].
    "I found two things today," said {n}. "[{aon_c} and a friend|My {on}, and you]."
    """,
    problem="{n} had lost {his} {o}",
    solved="{fnk} saw that {n} had been carrying it all along",
    ending="the two laughed and became friends",
    moral="Sometimes what we look for is right beside us.",
    openings="""
    "It is not here, and it is not there!" cried {nk}. Something was very wrong {in}.
    "Stop! Nobody move!" shouted {nk} {in}. All the {folk} stood still.
    If you lose something {in}, you can look for a long time. {cap nk} was about to learn that.
    """,
    asks=[("Where was the {on}?", "{n} had been carrying it all along."), ("What did {n} lose?", "{n} lost {his} {o}.")],
    owned=True,
)

plot(
    "fear_small_steps",
    "*afraid, fear, courage, bravery, brave, being scared, scared, friendship",
    """
    [There was just one thing|Only one thing was hard]: {n} was afraid of {fear}. [Nobody knew.|It had always been so.|Just the word made {him} shiver.]
    ? If somebody so much as spoke of {fear}, {n} hid {spot}.
    --
    {meet} "[I know a trick|I used to be afraid of {fear}, too|Being afraid is not a crime]," said {f}. "[Hold on to something you like|Take something along that you like], and go one small step. Then stop."
    So {n} took {his} {o}, held it tight, and made one small step. [Nothing bad happened.|The world did not end.]
    The next day {he} made two. The day after that, {he} made three and a half.
    ? "[Slow is fine|Half a step is also a step]," said {f}.
    --
    [Then came the day when|On the tenth day] {n} came face to face with {fear}, so to speak. {His} knees shook, but {he} stayed, with the {o} in {his} arms.
    "[I am still afraid|It still feels odd]," said {n}, "but [now I am bigger than my fear|I am here anyway]."
    "That," said {f}, "is what being brave means."
    ? {happy}
    """,
    problem="{n} was afraid of {fear}",
    solved="{fnk} taught {n} to hold {his} {o} and go one small step each day",
    ending="{n} was brave at last",
    moral="Being brave means going on, one small step at a time, even when you are afraid.",
    openings="""
    "I am not afraid of anything," said {nk} {in}. That was not quite true.
    Everybody is afraid of something. {cap nk}, {in}, knew all about that.
    What are you afraid of? {cap nk}, who lived {in}, could have told you {his} answer at once.
    """,
    asks=[("What was {n} afraid of?", "{n} was afraid of {fear}."), ("How did {n} become brave?", "{He} held {his} {o} and went one small step each day.")],
    needs="fear",
)

plot(
    "fear_forgotten",
    "*afraid, fear, courage, bravery, brave, rescue, helping a friend, friendship",
    """
    {pal} {f} knew a secret: {n} was afraid of {fear}. {Fhe} never laughed about it.
    --
    [One day|That afternoon], {n} heard a cry. "Help! I am stuck!" It was {f}, {spot}.
    {n} wanted to run there at once. But [the only way to {f} led straight to the thing {he} feared most|what stood between them was just this: {fear}].
    ? {worry} {scary}
    "[I cannot|My legs will not move]," {he} whispered. Then {f} called again, a little more softly.
    --
    {n} grabbed {his} {o} and ran. {He} did not think about {fear}. {He} thought about {f}.
    With the {on} {he} [pulled|pushed|dug and pulled] until {f} was free.
    Only then did {f} ask, "{n}, [weren't you afraid|what about {fear}]?"
    "[Oh|Goodness]!" said {n}. "I forgot!" And they both laughed until {n}'s knees stopped shaking.
    """,
    problem="{n} was afraid of {fear}, and {his} friend, {fnk}, was stuck on the other side of it",
    solved="{n} took {his} {o}, ran, and pulled {f} free",
    ending="{n} noticed that {he} had forgotten to be afraid",
    moral="When a friend needs us, we are braver than we think.",
    asks=[("What was {n} afraid of?", "{n} was afraid of {fear}."), ("Why did {n} forget to be afraid?", "{n} was thinking only of {f}, who needed help.")],
    needs="fear",
)

plot(
    "fear_shared",
    "*afraid, fear, being scared, scared, courage, secret, friendship, honesty",
    """
    {n} had a secret. {He} was afraid of {fear}, and {he} thought {he} was the only one {at}.
    To hide it, {he} [talked very loudly|laughed at everything|said that {he} was just tired]. {pal}
    --
    Then [it could not be hidden any longer|came a day when hiding was no use]. There it was: {fear}! {n} dived under {his} {o} and shut {his} eyes.
    [It was crowded under there.|Somebody else was already there.|Something bumped against {him}.] It was {f}!
    "[You, too|You are afraid of it, too]?" asked {n}. "[Since I was tiny|Always]," whispered {f}. "I thought you would laugh."
    --
    They held the {on} between them and [counted to ten|sang the silliest song they knew|told each other jokes].
    ? When they looked again, it was [only half as bad|smaller than before|still there, but they did not mind so much].
    "A fear that you share is only half a fear," said {f}.
    "[And half of a half is almost nothing|Then let us share it every time]," said {n}, and {he} was right.
    """,
    problem="{n} was secretly afraid of {fear}",
    solved="hiding under {his} {o}, {n} met {fnk}, who was just as afraid",
    ending="they found that a shared fear is only half a fear",
    moral="A fear that you share is only half as big.",
    asks=[("What was {n} afraid of?", "{n} was afraid of {fear}."), ("What was {f} afraid of?", "{f} was afraid of {fear}, too.")],
    needs="fear",
)

plot(
    "night_light",
    "*dark, the dark, night, light, fear, courage, bedtime, sleep",
    """
    When the light went out, {n} could not sleep. The dark was [too big|full of corners|as thick as soup].
    {meet} "[Why are you still awake|What keeps you up]?" asked {f}.
    "[I do not like the dark|The dark is looking at me]," said {n}.
    "[Have you ever said hello to it|Have you ever asked it who it is]?" asked {f}. {n} had not.
    --
    So they sat down {spot} with {his} {o} between them, and {n} said in a small voice, "Hello, dark."
    The dark did not answer. But [now they could hear things|it was listening]: {his} own breath, a far-off song, the soft tick of the {on} as it cooled.
    ? {scene3}
    And high above, where {n} had never dared to look, [the stars came out|one little star came out, then ten, then a thousand].
    --
    "You can only see them when it is dark," said {f}.
    "[Then the dark is not so bad|So the dark keeps the stars]," said {n}. {He} put the {o} beside {his} bed, just in case, and blew a kiss to the night.
    """,
    problem="{n} could not sleep because {he} was afraid of the dark",
    solved="{fnk} sat with {him} and {his} {o} and showed {him} the stars",
    ending="{n} was no longer afraid of the dark",
    moral="Some beautiful things can only be seen in the dark.",
    asks=[("What was {n} afraid of?", "{n} was afraid of the dark."), ("What did {n} see in the dark?", "{n} saw the stars.")],
    moods="bedtime scary",
    owned=True,
)

plot(
    "apology",
    "*sorry, apology, saying sorry, forgiveness, a quarrel, quarrel, anger, friendship, a fight",
    """
    {pal} They shared everything, even {ao}.
    But one day they both wanted the {on} at the same time. "Mine!" cried {n}. "Mine!" cried {f}. They pulled, and [crack|snap|ping], [it broke in two|a piece fell off].
    ? They said [things that friends should not say|words as sharp as thorns].
    {f} went home, and {n} went home. [It was very quiet.|Even the {food} tasted of nothing.]
    --
    {sad}
    {n} tried to say sorry to the wall, just to practice. [The wall was no help.|It sounded stiff.|It came out as a cough.]
    At last {he} took half of the broken {on} and {went} {path}. Halfway there, {he} met {f}, with the other half.
    "I am sorry," they said, both in the same breath. Then they had to laugh.
    --
    [With a little glue and some string|With four hands and a lot of glue], they put the {o} together again. It had a crack now.
    "[I like it better with the crack|The crack is the best part]," said {n}. "[It shows where we made up|It shows that we are still friends]."
    """,
    problem="{n} and {his} friend, {fnk}, quarreled and broke {his} {o}",
    solved="both of them said sorry and mended it together",
    ending="the crack in it reminded them that they were still friends",
    moral="It takes courage to say sorry, and it is worth it.",
    openings="""
    Two friends can quarrel about almost anything. {cap nk} found that out {in}.
    "I will never speak to you again!" That is what {nk} said one day {in}, and {he} was sorry at once.
    """,
    asks=[("Why did they quarrel?", "They both wanted the {on} at the same time."), ("Did they make up?", "Yes, they both said sorry.")],
    moods="sad",
)

plot(
    "lie_grows",
    "truth, the truth, *lie, lying, a lie, honesty, telling the truth, trust",
    """
    [It was only a small lie.|It began with a very small lie.] {n} had [dropped|sat on|broken] {ao} that belonged to {fnk}. When {f} asked who had done it, {n} said, "[The wind|It was the wind]."
    "[What kind of wind|Which wind]?" asked {f}. "A, a big one," said {n}. "With teeth."
    --
    By noon all the {folk} were [shutting their windows|hiding under tables]. A wind with teeth! By evening they had seen it, too. "[It had nine tails|It ate my hat|It growled at my aunt]," they said.
    ? Nobody {at} dared to go outside. Nobody fetched any {food}.
    The lie had grown as big as a house, and it sat on {n}'s chest all night.
    --
    [In the morning|As soon as it was light], {n} stood up in front of everybody. {worry}
    "There is no wind with teeth," {he} said. "I broke the {o}, and I was afraid to say so."
    It was silent. Then {f} said, "[A broken {on} can be mended|I am sad about my {on}], but [I am glad that you told me|now I know that I can trust you]."
    They mended it together, and the lie was gone, [as if it had flown away|like a soap bubble]. {n} had never felt so light.
    """,
    problem="{n} broke {ao} that belonged to {fnk} and blamed a wind with teeth",
    solved="{n} told everybody the truth",
    ending="{f} forgave {him} and they mended it together",
    moral="A lie grows bigger every day, but the truth makes you light again.",
    openings="""
    How big is a lie? {cap nk}, {in}, can tell you exactly.
    Nobody {in} could tell a taller tale than {nk}.
    """,
    asks=[("What lie did {n} tell?", "{n} said that a wind with teeth had broken the {on}."), ("Who broke the {on}?", "{n} broke it.")],
    moods="funny",
)

plot(
    "misunderstanding",
    "misunderstanding, a misunderstanding, *surprise, a surprise, friendship, jealousy, birthday, sadness",
    """
    {pal} But lately {f} was acting strangely. {Fhe} whispered with the {folk}, and when {n} came near, {fhe} stopped.
    "[{f} does not like me any more|They are laughing about me]," thought {n}. {sad}
    ? {He} even saw {f} hide something {spot}.
    --
    [At last {n} could not bear it.|So {n} made up {his} mind.] {He} packed {his} things and walked off {path}. {scene3}
    "{n}! Wait! Where are you going?" {f} came running, quite out of breath, with a bundle in {fhis} arms.
    "[Away|Somewhere else]," said {n}. "You have secrets."
    "Of course I have," said {f}. "[It was meant to be a surprise|A surprise has to be a secret]!" And {fhe} unwrapped {ao}.
    --
    All the {folk} had [saved up for it|worked on it for a week|helped to choose it]. It was for {n}, simply because they liked {him}.
    {n} turned very red. "I thought you had forgotten me." "[Silly|You goose]," said {f}. "We thought of nothing else."
    ? {n} kept the {o} forever, and from then on {he} asked first and worried later.
    """,
    problem="{n} thought that {his} friend, {fnk}, did not like {him} any more",
    solved="{n} learned that {f} had only been hiding a surprise, {ao}",
    ending="{n} knew that {he} had friends",
    moral="Ask before you worry.",
    asks=[("Why was {f} whispering?", "{f} was planning a surprise for {n}."), ("What was the surprise?", "The surprise was {ao}.")],
    moods="sad",
)

plot(
    "promise",
    "*promise, a promise, trust, waiting, patience, keeping a promise, friendship, loyalty",
    """
    {pal} One day {f} had to go on a long journey. "Will you look after my {o} until I come back?" {fhe} asked. "I promise," said {n}.
    ? A promise is a small word, but it weighs a lot.
    --
    [On the first day|Soon after], some of the {folk} said, "Give us the {on}, and you shall have all our {food}." "I promised," said {n}.
    [On the tenth day|Then] {storm_a} came. {n} [held the {on} tight the whole night|sat on the {on} so that it could not blow away|kept the {on} dry under {his} own coat].
    Weeks went by. "{f} has forgotten you," said the {folk}. {n} only shook {his} head and {polished} the {on}.
    ? {scene3}
    --
    And one evening [there were steps outside|somebody knocked]. There stood {f}, dusty and thin and smiling.
    "You still have it!" {fhe} said. "You still came," said {n}.
    "{In_all}, I have met kings and I have seen mountains of gold," said {f}, "but [nothing as good as somebody who keeps a promise|not one friend like you]."
    """,
    problem="{n} promised {his} friend, {fnk}, to look after {ao} during a long journey",
    solved="{n} kept it safe through hunger and storm",
    ending="{f} came home and found the promise kept",
    moral="A promise is worth more than gold.",
    asks=[("What did {n} promise?", "{n} promised to look after the {on}."), ("Did {n} keep {his} promise?", "Yes, {n} kept {his} promise.")],
)

plot(
    "different_friend",
    "*friend, friendship, a new friend, being different, kindness, loneliness, a stranger, strangers",
    """
    One day a stranger came: {fnk}. {Fhe} [hummed all the time|wore two hats at once|walked in circles|spoke to the stones]. The {folk} kept away. "[{Fhe} is not like us|How odd]," they said.
    {n} kept away, too, at first. But {he} [was curious|could not stop looking].
    ? {cap fhe} ate {fhis} {food} all alone, {spot}.
    --
    Then [a wheel came off the big cart|a gate would not open|a deep hole opened in the path], and nobody could help. The {folk} pushed and pulled. It was no use.
    "May I?" asked {f}. {Fhe} took {ao} out of {fhis} bag, [turned it once to the left|tapped twice|held it upside down], and the thing was done.
    "[How did you do that|Where did you learn that]?" asked {n}. "[Where I come from, everyone does it so|My way is just a different way]," said {f}, and smiled shyly.
    --
    {n} sat down beside {fhim}. "Teach me," {he} said. "And I will teach you [where the best {food} is|our songs|our games]."
    By evening they were friends. {n} even tried walking [in circles|with two hats on]. It was [dizzy work|rather fun].
    "[You are different|You are very different]," said {n}. "[So are you|Not as different as you are]," said {f}. And both were right.
    """,
    problem="nobody wanted to be friends with {fnk}, who was different, and {n} kept away, too",
    solved="{f} helped everybody with {ao}, and {n} sat down beside {fhim}",
    ending="they taught each other what they knew and became friends",
    moral="Different friends teach us different things.",
    asks=[("Why did the others keep away from {f}?", "They kept away because {f} was different."), ("What did {f} have in {fhis} bag?", "{f} had {ao}.")],
)

plot(
    "first_day",
    "first day, a first day, the first day, *new, being new, school, shyness, being shy, shy, friendship",
    """
    It was {n}'s very first day as the new helper {at}. {His} stomach felt [like a jar of moths|full of jumping beans]. "What if nobody talks to me?" {he} thought.
    To feel better, {he} took along {his} {o}.
    {scene2} The {folk} all knew each other. {n} stood {spot} and [looked at the floor|tried to look like a piece of furniture].
    --
    Then the {on} slipped and fell with a terrible clatter. Everyone turned around. {n} wanted to [sink into the ground|turn into air].
    "Is that {ao}?" asked somebody. It was {fnk}. "[I have always wanted to see one up close|I have one at home]! May I?"
    ? {n} nodded, because {his} voice was still hiding.
    So {f} looked at the {on}, and then the next one wanted to look, and the next. [Soon there was a whole ring around {n}.|Soon everyone was talking at once.]
    --
    "[Were you ever new|Is it always so hard]?" {n} asked {f} later. "Everyone here was new once," said {f}. "I [cried|hid in the cupboard] on my first day."
    On the second day {n} came early. There was someone new at the door, looking at the floor. "Hello," said {n}. "[Do you want to see my {on}?|You can sit with me.]"
    """,
    problem="{n} was new and too shy to talk to anybody",
    solved="{he} dropped {his} {o}, and {fnk} came over to look at it",
    ending="the next day {n} was kind to somebody else who was new",
    moral="Everyone was new once, so be kind to the new ones.",
    asks=[("Why was {n} nervous?", "It was {his} first day, and {he} did not know anybody."), ("What fell down?", "The {o} fell down.")],
    owned=True,
)

plot(
    "sharing_halves",
    "sharing, *share, kindness, greed, selfishness, generosity, friendship",
    """
    {finds} "Mine, all mine!" {he} cried, and hugged it.
    {meet} "[How lovely|What a fine {on}]! May I try it?" asked {f}. "No," said {n}. "[I found it|You might scratch it]."
    ? Some of the {folk} asked, too. "No, no and no," said {n}.
    --
    So {n} carried the {o} to {his} {home} and [locked the door|shut the window|pulled the curtain]. There {he} sat with it. It was [very fine|a good {on}]. It was also very dull.
    Outside {he} could hear {f} and the {folk} laughing. They had [nothing but a stick and a song|only an old box and a game].
    ? {n} looked at the {on}. The {on} looked back, if {an on} can look.
    --
    At last {n} opened the door. "[I have {an on}|It is lonely in here]," {he} said. "[Does anyone want to share it|Shall we share it]?"
    Then the fun began. {f} knew [three|seven|two very silly] games with {an on}, and the {folk} knew a few more.
    "[Funny|How strange]," said {n} that night. "I gave half of it away, and now I have twice as much."
    """,
    problem="{n} found {ao} and would not share it",
    solved="{n} grew lonely and asked {fnk} and the others to share it",
    ending="{n} had twice as much fun",
    moral="Things are more fun when you share them.",
    openings="""
    "Mine!" was {nk}'s favorite word. {He} said it ten times a day {in}.
    Which is better, a whole cake alone or half a cake with a friend? {cap nk}, {in}, did not know yet.
    """,
    asks=[("What did {n} find?", "{n} found {ao}."), ("Why did {n} open the door?", "{n} was lonely, and the others were having fun.")],
)
