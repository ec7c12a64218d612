"""Plots close to home: moving, winter, birthdays, teeth, hiccups, a soup for somebody who is ill."""

from .engine import plot

plot(
    "moving_house",
    "*moving, moving house, a new home, home, saying goodbye, goodbye, friends, change, sadness",
    """
    {n} was moving. Everything {he} owned was in boxes, and the old {home} looked [like a shell without a snail|strangely big]. {sad}
    "I will write to you," said {fnk}, who had always lived next door. {Fhe} gave {n} {ao}. "[When you are lonely, look at it|This is for the first night]," {fhe} said.
    --
    The new {home} was at the far end, past everything {he} knew, and it was all wrong. The light came from the other side. [The stairs were too loud.|The wind sang another song.] {n} put the {o} by the window and did not unpack.
    ? "It does not smell like home," {he} thought.
    On the third day there was a knock. Outside stood some of the {folk} with a plate of {food}. "[We saw the {on} in your window|We noticed your {on}], and we wondered who you are," they said.
    --
    {n} told them, and then {he} told them about {f}. They ate, and they showed {him} {spot_thing}. By evening one box was unpacked, and then another.
    "Dear {f}," wrote {n} that night, "[the {on} found me new friends|your {on} works]. There are two beds here. [When are you coming?|Come soon!]"
    And when {f} came to visit, the new place [turned into home|smelled right at last].
    """,
    problem="{n} had to move and felt lonely",
    solved="{ao}, a present from {his} friend, {fnk}, brought the new neighbors to {his} door",
    ending="the new place turned into home",
    moral="Home is where somebody knocks at your door.",
    moods="sad",
    asks=[("What did {f} give {n}?", "{f} gave {n} {ao}."), ("Why was {n} sad?", "{n} was sad because {he} had to move.")],
)

plot(
    "winter_supply",
    "*winter, autumn, food, hunger, sharing, work, being lazy, laziness, being ready, kindness",
    """
    Winter was coming. {n} collected and collected: {food}, firewood, and more {food}. "You work too much," said {fnk}, who lay about and made up songs all day.
    "{You_cold} when the cold comes," said {n}, and carried on.
    --
    Then winter came, all in one night. {n} sat in {his} {home} with full shelves. It was warm. It was also [very, very quiet|so dull that {he} counted the nails in the wall].
    There was a knock, hardly louder than a leaf. {f} stood outside, thin and blue, with {ao} under {fhis} arm. "You were right," {fhe} said. "I have only this {on} and my songs."
    ? {n} could have said, "I told you so." {He} very nearly did.
    --
    "Come in," said {n}. And so {f} sat by the fire, and with the {on} {fhe} [acted out whole plays|made shadows dance on the wall]. {Fhe} sang the summer songs, one by one, until [{n} could smell the grass|the room was full of summer].
    The food was enough for two, just about. "I brought in the {food}," said {n} in the spring, "but you brought in the summer."
    """,
    problem="winter came, and {fnk} had nothing but {ao} and a head full of songs",
    solved="{n} let {f} in and shared the {food}",
    ending="the songs made the winter short",
    moral="Bread feeds us, and so do songs.",
    asks=[("What did {n} do before winter?", "{n} collected {food} and firewood."), ("What did {f} bring?", "{f} brought {ao} and all the songs of summer.")],
)

plot(
    "snow_day",
    "*snow, a snow day, winter, playing, a snowman, fun, help, teamwork, weather",
    """
    In the night it had snowed, even {in}, where it hardly ever snows. {n} opened the door and could not get out. There was snow up to the roof!
    "[Hello|Is anybody there]?" {he} called. "Hello!" came a voice through the white wall. It was {fnk}, who was snowed in, too.
    {n} had no shovel. {He} looked around and took {his} {o}. "[It will have to do|You will have to be a shovel today]," {he} told it.
    --
    {He} dug with the {on} from this side, and {f} dug with a soup spoon from that side. [They told each other jokes through the snow.|They sang so as not to miss each other.] Scrape, scrape, scrape. Then a spoon poked through and nearly touched {n}'s nose.
    ? "Pleased to meet you," said {n} to the spoon.
    They went on digging, from door to door, until all the {folk} were free.
    --
    And because there was so much snow, they built a snow {k}, [three times as tall as {n}|taller than the tallest of them], with the {o} on its head.
    By evening everyone sat together over {food}, with red cheeks. "[I hope it snows again|Let it snow tomorrow]," said {f}, and yawned.
    """,
    problem="{n} and everybody else were snowed in",
    solved="{n} dug with {his} {o} and {fnk} dug with a spoon until all were free",
    ending="they built a big snow figure and ate together",
    moral="With a friend on the other side, any wall can be dug through.",
    asks=[("What did {n} dig with?", "{n} dug with {his} {o}."), ("What did they build?", "They built a snow {k}.")],
    owned=True,
    moods="funny",
)

plot(
    "lost_shadow",
    "*shadow, a shadow, being alone, loneliness, the sun, being yourself, mystery, a mystery",
    """
    {n} looked down and got a fright. {His} shadow was gone! [It had been there at breakfast.|The ground beside {him} was quite bare.]
    "[Shadow|Hello]?" called {n}. Then {he} saw it, far away, {path}. It was running off with the shadow of {his} {o}!
    {n} grabbed the {on} and ran after them. [It is not easy to catch a shadow.|Whenever {he} came close, they slipped around a corner.]
    --
    {meet} "[Your shadow went that way|I have just seen a shadow with no one on it]," {fhe} said. "It looked angry. Have you done anything to it?"
    {n} thought. "I step on it," {he} said slowly. "I never wait for it. [I never once said good morning|And I never said thank you]."
    ? "Well then," said {f}.
    --
    They found the two shadows {spot}. {n} put the {o} down in the sun, sat beside it, and said, "I am sorry. It is cold without you. [Everyone needs a shadow|You make me feel real]."
    For a while nothing happened. Then something dark and soft came creeping over the ground and settled at {his} side.
    On the way home {n} walked slowly, so that it could keep up. And the shadow [waved|skipped], just once, when it thought that nobody was looking.
    """,
    problem="{n}'s shadow had run away with the shadow of {his} {o}",
    solved="{fnk} told {him} where it was, and {n} said sorry to it",
    ending="the shadow came back",
    moral="Be good to those who are always at your side.",
    asks=[("What did {n} lose?", "{n} lost {his} shadow."), ("Why did the shadow run away?", "{n} had never thanked it and kept stepping on it.")],
    owned=True,
    moods="funny",
)

plot(
    "loose_tooth",
    "*tooth, a tooth, teeth, a loose tooth, growing up, growing, the tooth fairy, courage, being nervous",
    """
    {n} had a loose tooth. It wiggled when {he} ate {food}. It wiggled when {he} talked. "It must come out," said the {folk}, and each of them knew a way. [Tie it to a door!|Bite into a stone!]
    "No, thank you," said {n}, and kept {his} mouth shut. [That made it hard to explain things.|It is hard to say hello with a shut mouth.]
    --
    {meet} {Fhe} did not say a word about teeth. {Fhe} only sat down and took out {ao}. "Can you blow on it so that it turns?" {fhe} asked.
    {n} shook {his} head. "Then watch," said {f}, and blew. The {on} [turned once, slowly|wobbled]. It looked like fun. {n} forgot about the tooth and blew as hard as {he} could.
    ? The {on} spun like a top.
    Pop! Something small and white flew through the air and landed {spot}.
    --
    "[Was that|Is that] my tooth?" asked {n}. It whistled when {he} said it. "It did not even hurt!"
    "I know," said {f}, and grinned, and there was a gap in {fhis} grin, too. "[I used the {on} for mine|That is how mine came out]."
    That night {n} put the tooth under the pillow, and in the morning there lay [a coin|a tiny letter that said thank you]. But the gap was what {he} showed to everybody.
    """,
    problem="{n} had a loose tooth and was afraid of losing it",
    solved="{fnk} let {him} blow on {ao} until the tooth popped out by itself",
    ending="{n} proudly showed everybody the gap",
    moral="Some things are only scary until they happen.",
    moods="funny",
    asks=[("What was wrong with {n}?", "{n} had a loose tooth."), ("Did it hurt?", "No, it did not hurt at all.")],
)

plot(
    "lost_voice",
    "*voice, a voice, a lost voice, singing, silence, listening, being quiet, music, kindness",
    """
    {n} talked from morning till night. {He} talked with {his} mouth full, and {he} talked in {his} sleep. One morning {he} opened {his} mouth, and no voice came out. Not a peep.
    {He} looked for it in {his} {home}. {He} pointed at {his} mouth, but nobody understood. So {he} took {his} {o} and wrote in the dust with it: "My voice is gone."
    --
    {meet} {Fhe} read the words. "{We_find}," said {f}, and they went to look for it, {path}.
    It was strange. Because {n} could not talk, {he} listened. {He} heard [water under the ground|the wind turning a page]. {He} heard that {f}, who never said much, [hummed when {fhe} was happy|had a lot to say].
    ? {scene3} Had that always been there?
    They found the voice {spot}. It was sitting there with its arms around its knees. "[I am tired|I need a rest]," it whispered. "You never give me a holiday."
    --
    {n} wrote with the {on}: "Stay as long as you like." And they sat down next to it and were quiet together.
    In the evening it [climbed onto {his} shoulder|slipped into {his} pocket] and said, "All right. Let us go home."
    The first thing {n} said was, "{f}, [tell me something.|what do you think?]" And then {he} listened.
    """,
    problem="{n} talked so much that {he} lost {his} voice",
    solved="{n} wrote with {his} {o}, and {fnk} helped {him} find it",
    ending="{n} had learned to listen",
    moral="Listen, and you will hear more than you can say.",
    asks=[("What did {n} lose?", "{n} lost {his} voice."), ("Why did the voice run away?", "It was tired and needed a rest.")],
    owned=True,
)

plot(
    "forgotten_birthday",
    "*birthday, a birthday, a party, a surprise, presents, a present, being forgotten, loneliness, friendship, cake",
    """
    It was {n}'s birthday. {He} combed {his} hair, or what there was of it, and waited. Nobody came. Nobody sang.
    {He} walked past the {folk} and said loudly, "[What a special day|I wonder what day it is]!" "Is it?" they said, and hurried on.
    ? At noon {he} wished {himself} a happy birthday and ate a bit of {food}.
    --
    {n} was on {his} way home when {he} saw {fnk}, {spot}, looking very unhappy. "I have lost something," said {f}. "It is {ao}, and I need it today. [It is important|It cannot wait]."
    {n} was sad, but {he} was kind, too. "I will help you look," {he} said. They searched {path}, and they searched {path2}. It took until evening.
    "There it is!" cried {n} at last. {cap spot2} lay the {o}, with a ribbon around it. "[Look, there is a ribbon on it|How odd, it has a ribbon]," {he} said.
    --
    "Because it is yours," said {f}, and gave a whistle. Out jumped all the {folk}, with lamps and a cake. "Happy birthday, {n}!"
    They had only needed {him} out of the way for a while. "[I thought you had forgotten|And I thought nobody knew]," said {n}. "[Forget you|How could we]?" said {f}. "Never."
    """,
    problem="{n} thought that everybody had forgotten {his} birthday",
    solved="{fnk} kept {him} busy looking for {ao}, which was {his} present",
    ending="all the {folk} jumped out with a cake and a song",
    moral="You are not forgotten, even when it seems so.",
    asks=[("What day was it?", "It was {n}'s birthday."), ("What present did {n} get?", "{n} got {ao}.")],
    moods="sad",
)

plot(
    "cannot_sleep",
    "*sleep, sleeping, bedtime, night, being tired, counting sheep, a lullaby, dreams, the moon",
    """
    {n} lay in {his} {home} and could not sleep. {He} turned to the left. {He} turned to the right. The blanket was too hot, and then too cold.
    {He} counted sheep. But [the ninth sheep tripped, and all the others laughed|the sheep began to argue about who was next]. {He} got up again.
    --
    Outside sat {fnk}, wide awake as well. "[My head is full of today|I cannot stop thinking]," said {n}. "Then put it somewhere else," said {f}. "I put mine in here." And {fhe} held up {ao}.
    "In there?" "Try it. [Whisper something into it|Tell it something you keep thinking of]."
    So {n} whispered to the {on} about the thing {he} had [said wrong|forgotten]. {He} whispered about tomorrow. {He} whispered about a sock that {he} had lost two years ago.
    ? The {on} listened well. It did not interrupt.
    --
    With every whisper {his} head grew lighter. {scene3} {n} yawned, and {f} yawned, because yawns like company.
    "[And what happens to it all|Isn't it full now]?" murmured {n}. "In the morning it has turned into dreams," said {f}. But {n} did not hear that. {He} was already asleep, with the {o} in {his} arms.
    """,
    problem="{n} could not sleep because {his} head was too full",
    solved="{fnk} let {him} whisper all {his} thoughts into {ao}",
    ending="{n} fell asleep with it in {his} arms",
    moral="Tell your worries to somebody, and you will sleep better.",
    moods="bedtime",
    asks=[("Why could {n} not sleep?", "{n}'s head was too full of thoughts."), ("What did {n} whisper to?", "{n} whispered to {ao}.")],
)

plot(
    "found_egg",
    "*egg, an egg, a baby, a baby animal, family, love, care, mothers, patience, dragons",
    """
    {n} found an egg, {spot}. It was [blue with gold dots|as warm as bread], and there was nobody near it. "[It will get cold|Somebody must keep it warm]," said {n}.
    {He} made a nest, with {his} {o} in the middle and everything soft {he} owned around it, and sat down. {He} sat [all day|through the whole night]. {storm_c} passed by, and {n} sat on.
    ? "You will grow roots," said the {folk}.
    --
    {meet} {Fhe} brought {food} and took a turn. On the ninth day there was a tap. Then a crack. Out came a little [dragon|griffin|bird with four wings], looked at the {on}, and said, "Mama?"
    "No, no," said {n}. "That is {an on}." But the little one had fallen in love with the {o}. It [slept on it|carried it everywhere] and would not eat unless the {on} sat at the table, too.
    --
    [In the spring|One day] a great shadow came over the sky. It was the real mother. She had looked for her egg for weeks. {worry}
    The great creature bent down to her little one, and then to {n}. "You kept him warm," she said. "I will [never|not] forget it."
    They flew off, and the {on} went with them, because nobody had the heart to take it away. And every spring there are two great shadows in the sky, and one of them [carries {an on}|waves {an on}].
    """,
    problem="{n} found a lonely egg",
    solved="{n} and {fnk} kept it warm with {his} {o} until it hatched",
    ending="the mother came, and the little one kept the {on}",
    moral="Love and patience keep little things warm.",
    asks=[("What did {n} find?", "{n} found an egg."), ("What did the little one think the {on} was?", "It thought that the {on} was its mother.")],
    owned=True,
)

plot(
    "hiccups",
    "*hiccups, the hiccups, being funny, a cure, laughing, friendship, noise, funny",
    """
    Hic! {n} had the hiccups. They were not small ones. Hic! The cups jumped. Hic! {His} hat flew off.
    "Hold your breath," said the {folk}. {n} held it until {he} was purple. Hic! "Drink upside down," they said. That only made {him} wet. Hic!
    ? "Stand on one leg and think of turnips," said {elder_a}. Hic!
    --
    {meet} "I know what to do," {fhe} said. "[You need a fright|Somebody has to scare you]." And {fhe} crept up behind {n} with {ao} and shouted, "Boo!" {n} dropped {his} cup. But, hic, it did not help.
    {f} tried it with the {on} on {fhis} head. {f} tried it from behind a curtain. At last {fhe} tried to jump out of a barrel, got stuck, and rolled away, {path}, with the {o} rattling inside. "[Boo|Help]!" came from the barrel. "Boo!"
    --
    {n} ran after the barrel. {He} laughed, and ran, and laughed so hard that {he} forgot everything else.
    When {he} had pulled {f} out, it was suddenly quiet. They both listened. [No hic.|Nothing.] "[It is gone|I am cured]!" cried {n}.
    "[It was the best fright of my life|You see, it worked]," said {f} proudly. "Hic."
    """,
    problem="{n} had terrible hiccups",
    solved="{fnk} tried to scare {him} with {ao}, and {n} laughed until they stopped",
    ending="now {f} had the hiccups",
    moral="Laughing is good medicine.",
    moods="funny",
    asks=[("What was wrong with {n}?", "{n} had the hiccups."), ("Who had the hiccups in the end?", "{f} had the hiccups in the end.")],
)

plot(
    "soup_for_friend",
    "being sick, *sick, illness, a sick friend, medicine, kindness, care, a doctor, soup, friendship",
    """
    {pal} But today {f} did not come. {n} went to see {fhim} and found {fhim} in bed, with a [red|green] nose. "I am sick," croaked {f}. "[Go away, or you will catch it|I cannot play]."
    {n} did not go away. {He} made soup, and it burned. {He} told a joke, but laughing made {f} cough. {He} opened the window, and [all the pillows blew out|a pigeon came in].
    ? "I am not much of a doctor," said {n} sadly.
    --
    Then {he} had an idea. {He} ran home and came back with {his} {o}. "What is that for?" asked {f}. "[It is for you|You will see]," said {n}. "Every day you must tell me [how the {on} is feeling|what the {on} did in the night]."
    "It has a cold, too," said {f}, and looked at it. "It sneezed in the night." "[Poor {on}|Then it needs a scarf]," said {n}. They wrapped it up. They gave it a spoon of soup, and {f} took one as well, to keep it company.
    --
    By Friday the {o} was well again. "[And how are you|What about you]?" asked {n}. "Me?" said {f}, and thought about it. "Oh! I am well, too. I was so busy with the {on} that I did not notice."
    They went out to play, and the {on} came along, with its scarf on, just in case.
    """,
    problem="{n}'s friend, {fnk}, was sick in bed",
    solved="{n} brought {his} {o}, and {f} nursed it and forgot {fhis} own cold",
    ending="both of them went out to play again",
    moral="Caring for somebody else can make you feel better.",
    asks=[("Who was sick?", "{f} the {fk} was sick."), ("What did {n} bring?", "{n} brought {his} {o}.")],
    owned=True,
)

plot(
    "boring_box",
    "boredom, *bored, being bored, imagination, a box, playing, a game, games, a rainy day, rain",
    """
    {n} was bored. {He} was so bored that {he} [counted {his} own toes, twice|watched a wall]. It was raining, and there was nothing to do.
    "[I have nothing at all|There is nothing here]," {he} told {fnk}, who had come in out of the rain. "Nothing?" said {f}. "What is that, then?" "Oh, that is only {ao}."
    "[Only|Did you say only]?" said {f}. {Fhe} picked up the {o} and looked at it from below. "This is no {on}. It is a ship."
    --
    "A ship?" "Climb in. [Mind the waves|The captain is getting impatient]." They sat down, one on each side of the {on}, and it was a ship. They sailed {path}. {storm_c} came up, and {n} got truly seasick.
    ? "Land!" shouted {f}. It was only a puddle.
    Then the {on} was a [castle|mountain], and then a horse that would only walk backward. Once it was a king, and they had to bow to it.
    --
    "It has stopped raining," said {f} after a while. "Do you want to go out?"
    "[Not now|We cannot]," said {n}. "We are in the middle of the sea." And they sailed on until supper. Since then {n} has never again said "only {an on}."
    """,
    problem="{n} was terribly bored",
    solved="{fnk} turned {ao} into a ship, a castle and a king",
    ending="{n} was never bored again",
    moral="With imagination, nothing is only what it seems.",
    moods="funny",
    asks=[("Why was {n} bored?", "It was raining, and {n} thought there was nothing to do."), ("What did the {on} become?", "First it became a ship.")],
)
