"""Plots with a way to go: maps, storms, bridges, gardens, giants."""

from .engine import plot

plot(
    "one_wish",
    "*wish, a wish, wishes, magic, kindness, generosity, giving, a genie",
    """
    {finds} When {he} [rubbed it|picked it up|blew the dust off it], a small voice said, "Good day. You have one wish. [Think well|Only one, mind you]."
    A wish! {n} sat down. [A mountain of {food}|A crown|A pair of wings]? [A golden {home}|A hundred birthdays]? {He} thought [all day|until {his} ears were hot].
    ? The {folk} gave advice, all of them at once.
    --
    {meet} {Fhe} was [shivering|pale and tired], and {fhis} {home} had [blown away in the night|been washed away].
    {n} looked at the {on}. {He} looked at {f}. It was a very good wish, and there was only one.
    "I wish," said {n} slowly, "that {f} had {an home} again."
    --
    [There was a soft pop|The air smelled of cinnamon|Something hummed], and there it stood, with [smoke rising from the chimney|a light in the window|a lamp already lit].
    "Now you have no wish left," said {f}. "[I do not need one|I have used it well]," said {n}. "[You live next door now|Now I have a neighbor]."
    And the {o} chuckled, for in all its years nobody had ever wished so well.
    """,
    problem="{n} found {ao} that granted just one wish",
    solved="{he} used it to give {fnk} a warm home",
    ending="the two were neighbors from then on",
    moral="Giving can make you happier than getting.",
    asks=[("What did {n} wish for?", "{n} wished for a warm home for {f}."), ("What could the {on} do?", "The {o} could grant one wish.")],
)

plot(
    "old_map",
    "*map, a map, treasure, a treasure, adventure, an adventure, a journey, friendship, discovery",
    """
    {n} found a piece of paper {spot}. It was a map! A red cross was drawn on it, and beside it stood one word: "[Dig|Here|Look]."
    {meet} "[Treasure|A treasure map]!" cried {n}. {offer}
    {journey}
    ? "Left at the crooked thing," read {n}. "Everything here is crooked," said {f}.
    --
    At last they came to the place of the red cross. They dug [until their backs ached|and dug and dug]. Clunk! [There was a box|They had hit something hard].
    Inside lay {ao}. [Nothing more.|That was all.]
    "[No gold|Is that everything]?" asked {f}. But there was a note tied to it. "This was the thing I loved best," it said. "[Have fun with it, as I did|Enjoy it for a while], and then hide it for the next one."
    --
    So they played with the {o} all summer. And on the last warm day {n} wrapped it up and drew a new map.
    "[Someone will be very happy|I wonder who will find it]," said {f}. And they dug a hole {spot2}.
    """,
    problem="{n} found a treasure map with a red cross on it",
    solved="{he} and {fnk} followed it and dug up {ao}",
    ending="they enjoyed it all summer and hid it for somebody else",
    moral="The best treasure is one that you pass on.",
    asks=[("What did they find?", "They found {ao}."), ("What did {n} do with the treasure in the end?", "{n} hid it again for somebody else to find.")],
)

plot(
    "storm_shelter",
    "*storm, a storm, thunder, weather, rain, shelter, kindness, sharing, courage, help",
    """
    {has}
    [In the afternoon|Toward evening] the sky turned [the color of ink|black and green], and all the {folk} ran for cover. {storm_c} was coming.
    {n} was just about to shut the door of {his} {home} when somebody knocked. There stood {fnk}, wet and shaking. "[Is there room for me|May I come in]?" "[Of course|Come in, quickly]," said {n}.
    Then [two of the {folk}|three tired travelers] knocked, and then five more. [Soon nobody could move an elbow.|They sat on each other's knees.]
    --
    The wind roared, and the roof began to rattle. Then crack! There was a hole in it, and the storm looked in.
    ? {worry}
    {idea} {He} took {his} {o} and pushed it into the hole. It did not quite fit. So everybody held it, [in turns|one after the other], all night long.
    They sang so that they would not hear the storm. {f} sang loudest and most out of tune.
    --
    In the morning the storm was gone. The {o} was [a little bent|rather wet], but every one of them was safe.
    "Your {home} is so small," said {f}, "and yet there was room for us all." "[It grew in the night|Small homes can be stretched]," said {n} with a yawn.
    """,
    problem="{storm} broke a hole in the roof over {n} and everybody who was hiding there",
    solved="{n} stopped the hole with {his} {o}, and {fnk} and the others held it all night",
    ending="in the morning everyone was safe",
    moral="There is always room for those who need it.",
    asks=[("Why did they all come to {n}?", "They came because there was a storm outside."), ("How did {n} stop the hole?", "{n} pushed {his} {o} into it.")],
    owned=True,
    moods="scary",
)

plot(
    "broken_bridge",
    "*bridge, a bridge, teamwork, working together, together, cooperation, helping, building",
    """
    One morning the old bridge was gone. [The water had carried it off.|It had simply fallen down in the night.] {n} stood on one side. On the other side stood {fnk}, waving.
    "[How shall we visit each other now|What shall we do]?" shouted {f}. "[I do not know|Let me think]!" {n} shouted back.
    ? {n} tried a long jump. It was not long enough.
    --
    The {folk} came. One brought a rope, one brought a plank, and one brought {food}, because building makes you hungry. {n} brought {ao}.
    "{aon_c}? What is that good for?" asked the {folk}. "[You will see|Everything is good for something]," said {n}.
    {n} began on this side and {f} began on that side. They worked [the whole day|until the sun went down]. In the very middle there was one gap left, [no wider than an arm|as wide as a loaf of bread].
    --
    Nothing would fit. Then {n} took the {o} and set it into the gap. It fit [as if it had been made for that|perfectly]!
    The two friends met in the middle and shook hands. {cheer}
    To this day it is called the {con} Bridge, and [nobody may cross it without a smile|people come from far away to see it].
    """,
    problem="the bridge between {n} and {fnk} was gone",
    solved="everybody helped to build a new one, and {ao} filled the last gap",
    ending="the two friends met in the middle",
    moral="When everybody helps, a gap becomes a bridge.",
    asks=[("What filled the last gap?", "{ao_c} filled the last gap."), ("Who helped to build the bridge?", "{n}, {f} and all the {folk} helped.")],
)

plot(
    "rescue_water",
    "rescue, a rescue, rescue at sea, courage, bravery, danger, help, the sea, sea, being a hero, heroes",
    """
    "Help! Help!" The cry came from far away, {path}. {n} pricked up {his} ears. Somebody was in trouble!
    It was {fnk}. {Fhe} had [fallen into the deep|been carried off by the current|slipped], and {fhe} could only just hold on.
    ? The {folk} ran up and down and shouted, but nobody did anything.
    --
    {worry} Then {he} took {his} {o} and tied a long line to it.
    "Catch!" called {n}, and threw. [Too short.|It fell short.] "Again!" [Too far to the left.|Much too far.]
    The third time {he} [closed one eye and held {his} breath|thought of nothing else in the world]. The {on} flew [like a bird|in a great curve] and landed right beside {f}.
    "Hold tight!" All the {folk} took hold of the line and pulled. [One, two, three!|Heave, ho!] Bit by bit {f} came nearer, and then {fhe} was safe.
    --
    They wrapped {fhim} in a blanket and gave {fhim} {food}. "You threw three times," said {f}. "[Why didn't you give up|What if you had missed again]?"
    "[Then I would have thrown a fourth time|I had no time to give up]," said {n}.
    """,
    problem="{fnk} was in great danger and called for help",
    solved="{n} tied a line to {his} {o}, threw it three times, and pulled {f} to safety",
    ending="everybody sat together with {food}",
    moral="If you do not give up, the third try may be the one that counts.",
    groups="sea island river ship snow cave sky space",
    asks=[("How did {n} save {f}?", "{n} threw {his} {o} on a line, and everybody pulled."), ("How many times did {n} throw?", "{n} threw three times.")],
    owned=True,
)

plot(
    "secret_garden",
    "*secret, a secret, *garden, a garden, a secret garden, flowers, nature, discovery, friendship",
    """
    [Behind an old wall|Behind a rusty gate], {spot}, {n} found a tiny door. It was locked, and there was a hole in it of a very odd shape.
    "[No key could fit in there|That is no keyhole that I know]," said {n}. {He} tried a spoon. {He} tried a twig. {He} went home and tried everything {he} owned.
    Last of all {he} tried {his} {o}. Click! The door opened.
    --
    {He} stepped through and forgot to breathe. It was a secret garden, with [blue roses|flowers as high as houses|bells that grew on stems] and a fountain that [hummed|told jokes].
    On the edge of the fountain sat {fnk}. "[At last|You took your time]," {fhe} said. "I have watered these flowers alone for [a hundred weeks|seven years]. Do you know how heavy a watering can is?"
    ? {n} looked at the watering can. It was very heavy indeed.
    --
    So {n} came every day to help. They [pulled weeds|counted petals] and ate {food} in the shade.
    "Should we keep it a secret?" asked {n} one day. {f} thought about it. "[Half a secret|A garden is happier with visitors]," {fhe} said. "[Bring one friend each Sunday|Let us open the door on Sundays]."
    And so they did, and the flowers grew [twice as tall|brighter than ever].
    """,
    problem="{n} found a tiny locked door, and no key would fit",
    solved="{he} opened it with {his} {o} and found a secret garden, where {fnk} needed help",
    ending="the two looked after the garden together",
    moral="A beautiful thing grows when you share it.",
    asks=[("What was behind the door?", "There was a secret garden behind the door."), ("How did {n} open the door?", "{n} opened it with {his} {o}.")],
    owned=True,
)

plot(
    "sleeping_giant",
    "giant, *a giant, a sleeping giant, kindness, courage, noise, being different, help",
    """
    [A giant lay asleep in the middle of everything.|One day a giant came by, lay down and fell asleep.] He snored so loudly that [the cups danced|the roofs jumped], and he blocked the only way out.
    "We must wake him with drums!" said some of the {folk}. "With cold water!" said others. {n} said nothing. {He} was looking at the giant's face. It looked sad.
    --
    {pal} "Come with me," said {n}, "and bring no drum." They climbed up, [past the belt|over the great knee|button by button], until they sat beside the giant's ear.
    ? {worry}
    {n} had brought {ao}. {He} held it [close to the ear|where the giant could see it] and gave it a [gentle|tiny] tap. Then {he} said softly, "Good morning. [Are you well|Did you have a bad dream]?"
    --
    The giant opened one eye, as big as a pond. "Nobody has ever woken me so kindly," he said. "[Most people throw things|They always shout]."
    He had walked too far, that was all, and his feet hurt. {f} brought [nine|forty] buckets of warm water, and the giant sighed so happily that [all the clouds moved on|the wind turned around].
    Then he stood up, very carefully, and lifted [a whole hill|a mountain of rocks] out of the way, just to say thank you. {n} gave him the {o} to remember them by. [In his hand it looked like a crumb.|He wears it on a chain to this day.]
    """,
    problem="a sleeping giant blocked the only way out",
    solved="{n} and {fnk} woke him gently with {ao}",
    ending="the giant thanked them and moved on",
    moral="A kind word opens more than a loud one.",
    asks=[("Why did the giant fall asleep?", "He had walked too far, and his feet hurt."), ("How did {n} wake the giant?", "{n} woke him gently, with {ao}.")],
)

plot(
    "strange_noise",
    "mystery, a mystery, ghost, ghosts, a ghost, *noise, a strange noise, night, museum, fear, courage, being scared",
    """
    Every night at twelve there was a noise {at}. Tap, tap, whooo! [The {folk} pulled the blankets over their heads.|Nobody dared to go and look.]
    "It is a ghost," whispered some. "It is two ghosts," whispered others. {pal}
    "[I want to know|I cannot sleep anyway]," said {n}. "I will come with you," said {f}, "but [I will walk behind you|you go first]."
    --
    At midnight they {went} {path}. {scary} Tap, tap, whooo! It came from {spot2_there}.
    {n} held {his} {o} in front of {him} [like a shield|as if it were a sword]. Nearer and nearer they crept. {n} counted to three, and looked.
    It was no ghost. It was [a very small kitten|a baby owl|a tiny mouse] with its foot caught in an old jar. Tap, tap went the jar. "Whooo!" cried the little thing.
    --
    With the {on} they got the jar off, quick as a wink. The little thing [licked {n} on the nose|sneezed twice|jumped into {f}'s arms].
    "So much fear," said {f}, "for such a small foot." They called it [Boo|Midnight|Twelve], and it never made a scary sound again. It [purred|hummed] instead.
    """,
    problem="every night a strange noise frightened everybody",
    solved="{n} and {fnk} went to look and freed a little animal from a jar with {his} {o}",
    ending="the scary noise was gone and they had a new pet",
    moral="Look closely, and many a ghost turns out to be small.",
    asks=[("What made the noise?", "A little animal with its foot in a jar made the noise."), ("Was it a ghost?", "No, it was not a ghost. It was a little animal in trouble.")],
    moods="scary",
    owned=True,
)

plot(
    "missing_things",
    "mystery, a mystery, thief, a thief, *detective, a detective, detectives, stealing, cleverness, loneliness",
    """
    Things were vanishing {at}. First a spoon. Then a left shoe. And this morning it was {n}'s {o}!
    "[A thief|This is a case for a detective]!" said {n}. {He} put on a large hat, because detectives wear hats. {pal} {f} carried the notebook.
    "Clue number one," said {n}. "[A trail of crumbs|Tiny footprints|A line of glitter]." They followed it {path}. {scene3}
    --
    ? They asked the {folk}. One had seen nothing, one had heard nothing, and one had slept.
    The trail ended {spot}. There was a nest, and in it lay the spoon, the shoe, the {o}, and in between [a very small magpie|a tiny young dragon|a baby raccoon], fast asleep.
    "[Aha|Caught]!" cried {n}. The little one woke and began to cry. "I only [wanted to play house|wanted it to feel like home]," it said. "I am all alone here."
    --
    {n} took off the detective hat. "[You could have asked|Next time, just ask]," {he} said. "And nobody has to be alone {at}."
    They brought everything back together, and the little one said sorry [eleven|nine] times. Then they gave it something that nobody had ever given it before: an invitation to supper.
    "Case closed," said {f}, and [shut the notebook|wrote it down].
    """,
    problem="things were vanishing, and at last even {n}'s {o} was gone",
    solved="{n} and {fnk} followed the trail to a lonely little creature",
    ending="it gave everything back and was invited to supper",
    moral="Someone who does wrong may need a friend.",
    asks=[("Who took the {on}?", "A lonely little creature took it."), ("Why did the little one take things?", "It was alone and wanted its nest to feel like home.")],
    moods="funny",
    owned=True,
)

plot(
    "letter_journey",
    "*letter, a letter, mail, the post, a journey, patience, friendship, kindness, grandmother",
    """
    A letter lay {spot}, with no stamp on it. "To {f}," it said. "[Please hurry|It is important]." {n} did not know any {f}, but a letter is a letter.
    "Somebody has to bring it," said {n}. {He} packed {his} {o} and set out.
    {trip}
    "Do you know {f}?" {n} asked everyone. "Farther on," they always said. "[Past the next bend|A little farther on]."
    --
    Then {storm_s} came, and the letter almost flew away. {n} put it [under|inside] the {o}, and so it stayed dry, even when {he} did not.
    ? {n} was wet, tired and out of {food}. {He} sang to {himself} to keep going.
    At last {he} knocked at a door. It was opened by {afk} with a long, lonely face. "I am {f}," {fhe} said. "Nobody ever writes to me."
    --
    {f} read the letter, and {fhis} face changed. "It is from my [sister|brother|old friend]," {fhe} said. "It says: I am sorry we quarreled. [Come home|Come and see me]."
    {fhe_c} cried a little and laughed a little. Then {fhe} looked at the wet {k} on the doorstep. "You carried this all the way, for somebody you did not even know?"
    "[I know you now|Now I do know you]," said {n}.
    """,
    problem="{n} found a letter to {fnk}, whom {he} did not know",
    solved="{n} carried it a long way and kept it dry with {his} {o}",
    ending="{f} was lonely no more, and {n} had a new friend",
    moral="A small kindness can travel a long way.",
    asks=[("What did the letter say?", "It said sorry, and asked {f} to come."), ("How did {n} keep the letter dry?", "{n} kept it dry with {his} {o}.")],
    owned=True,
)

plot(
    "night_journey",
    "night, a journey, a night journey, the moon, the stars, adventure, courage, hope, bedtime",
    """
    [The moon did not rise.|One night the moon stayed away.] All the {folk} looked up and waited, but the sky was empty.
    "Somebody must go and wake it," they said. Everyone looked at their feet. "[I will go|Then I will]," said {n}, and {he} was as surprised as anybody.
    {He} took {ao} along, and {fnk}, who was not afraid of [anything|the night].
    --
    {journey}
    ? "Are we lost?" asked {n}. "We are only between two places," said {f}.
    At the edge of the world they found the moon. It lay in a ditch and [sniffled|sighed]. "[I have lost my shine|I am all dusty]," it said. "Nobody looks at me. They are all asleep when I come."
    "[Not true|That is not so]!" said {n}. "I look at you every night, before I close my eyes." And with the {o} {he} began to polish the moon, [first one side, then the other|until {his} arms ached].
    --
    Slowly it began to glow. "[That tickles|Oh, that is better]," said the moon, and rose, round and white, and lit the whole way home for them.
    {n} left the {on} beside the ditch, in case the moon should ever need it again. And each night the moon [winks|shines a little longer] over {n}'s {home}.
    """,
    problem="one night the moon did not rise",
    solved="{n} and {fnk} found it and polished it with {ao}",
    ending="the moon rose and lit their way home",
    moral="Everybody needs to hear that they are seen.",
    asks=[("Why did the moon not rise?", "It was sad and dusty, and thought that nobody looked at it."), ("How did {n} help the moon?", "{n} polished it with {ao}.")],
    moods="bedtime sad",
    groups="farm forest city castle desert island snow school mountain garden river train jungle house market toys ship circus",
)

plot(
    "fog_light",
    "*lighthouse, a lighthouse, fog, ships, the sea, sea, help, courage, a light, night",
    """
    Nobody had lit the old lighthouse for years. It was [full of dust and spiders|dark and empty], and {n} liked to play there with {his} {o}.
    Then came the fog. It was [as thick as porridge|so white that the {folk} walked into each other]. And out of the fog came a small voice, far away. "Hello? [Where am I|Which way is home]?"
    It was {fnk}, who had gone out in the morning and could not find the way back.
    --
    "The light!" thought {n}. {He} ran up the [ninety-nine|hundred] steps. But the big lamp was empty, and the matches were wet. {worry}
    ? {scary}
    {n} had only a stub of candle and {his} {o}. {He} rubbed the {on} until it shone like a mirror, and put the candle in front of it. A thin beam of light went out into the fog.
    "[A light|I can see you]!" called the voice. {n} held the {on} still, [even when {his} arms grew heavy|for one hour, and then another].
    --
    Closer and closer came {f}, until {fhe} stood at the foot of the lighthouse, [wet|tired] but laughing.
    From then on there was a light in the lighthouse every night, and {n} and {f} took turns. [No one was ever lost again.|And the spiders had something to read by.]
    """,
    problem="{fnk} was lost in the fog, and the old lighthouse was dark",
    solved="{n} made a beam of light with a candle and {his} {o}",
    ending="{f} came home, and the lighthouse was lit every night",
    moral="Even a small light can show the way.",
    groups="island sea ship",
    asks=[("Who was lost in the fog?", "{f} the {fk} was lost in the fog."), ("How did {n} make a light?", "{n} used a candle and {his} {o}.")],
    owned=True,
)
