"""Plots with a turn of wit: races, swaps, bullies, contests of patience."""

from .engine import plot

plot(
    "slow_race",
    "*race, a race, running, winning, pride, boasting, being slow, being fast, patience",
    """
    "I am the fastest {at}," said {fnk} every single day. "[Nobody can catch me|I am faster than the wind]."
    [One day|At last] {n} had heard enough. "Let us have a race," {he} said. "To {high} and back. The winner gets this {o}."
    {f} laughed so hard that {fhe} had to hold on to something. "You? [You are as slow as honey|You fall asleep when you run]!"
    --
    [Ready, steady, go!|Somebody dropped a hat, and off they went.] {f} was gone like a flash. {n} set one foot before the other, and then the other before the one.
    Halfway, {f} looked back. {n} was a dot. "[I have time for a nap|I have time for some {food}]," thought {f}. Then {fhe} [stopped to tell the {folk} how fast {fhe} was|showed off a little and danced on the spot].
    ? {n} {went} {path}. {He} did not stop. {scene3}
    --
    When {f} looked up again, {n} was walking past the finish, with the {on} under {his} arm. {cheer}
    {f} went red. "How?" was all {fhe} could say. "[I did not stop|I just kept going]," said {n}. "That was the whole trick." And because {he} was kind, {he} let {f} [hold the {on}|carry the {on} home].
    """,
    problem="{fnk} boasted so much that {n} asked {fhim} to race for {ao}",
    solved="{f} wasted time, and {n} kept going and won",
    ending="{n} was kind to the loser",
    moral="Slow and steady wins the race.",
    moods="funny",
    asks=[("Who won the race?", "{n} won the race."), ("Why did {f} lose?", "{f} stopped on the way because {fhe} was too sure of winning.")],
)

plot(
    "snail_on_time",
    "*late, being late, being on time, time, patience, a clock, being slow, trust, a party",
    """
    {n} was always late. {He} was late for breakfast, late for lunch, and once {he} was late for {his} own birthday. [There was so much to look at on the way.|{He} simply could not pass a flower without greeting it.]
    Then {fnk} asked, "Will you bring {ao} to the wedding on Sunday? Without it we cannot begin. Please, {n}, [do not be late|be on time, just once]."
    --
    {n} thought hard. It was only Monday. So {he} took the {o} and set off at once.
    On Tuesday {he} [greeted every flower|watched a cloud turn into a horse]. On Wednesday {he} [listened to a brook|helped a beetle onto its feet]. On Thursday it rained, and on Friday {he} waited until the rain had finished.
    ? On Saturday {n} {went} {path}. {scene3}
    Everyone else left on Sunday. They rushed and pushed, and [the coach got stuck in the mud|they took the wrong road in their hurry].
    --
    When the bell rang, there was only one guest at the door, and that was {n}, with the {on}, not even out of breath.
    "[You are on time|I cannot believe it]!" cried {f}. "I am [never|not] fast," said {n}. "But I know when to begin." And they kept the cake waiting for the others.
    """,
    problem="{n} was always late, and {fnk} needed {ao} brought to a wedding on time",
    solved="{n} started six days early and looked at everything on the way",
    ending="{he} was the only guest who came on time",
    moral="If you are slow, start early.",
    asks=[("Was {n} on time?", "Yes, {n} was the only one on time."), ("How did {n} manage to be on time?", "{n} started six days early.")],
)

plot(
    "clever_trick",
    "trick, a trick, a clever trick, cleverness, being clever, a bully, bullies, danger, courage, being small",
    """
    {pal} Life was good, but then a big, mean [wolf|ogre|troll] came. It moved in right next to the path. "[Nobody gets past me|Whoever passes must give me all their {food}]!" it growled, and the {folk} went hungry.
    "We are too small to fight," said {f}. "[Then we must be clever|Small heads can hold big ideas]," said {n}, and looked at {his} {o}.
    --
    The next morning {n} walked up to the big one, with {his} knees shaking. "[I am so glad that you are here|Good morning]," {he} said. "Only you are strong enough to guard this terrible {on}."
    "Terrible?" asked the big one. "Oh, yes," said {n}. "It [grows|wakes] in the dark and eats whoever is mean. I dare not keep it. [Listen, it is ticking|Do not go too near, it is ticking]." {f}, behind a bush, made a ticking sound.
    ? The big one took a step back. Then it took another.
    {n} put down the {o} and said, "I am sure that you have never been mean."
    --
    The big one looked at the {on}. It thought of all the mean things it had done. Then it [ran, and ran|turned white and ran], and it is running still.
    {cheer} {n} picked up the {o} and wiped off the dust. "[Good {on}|Well done]," {he} told it. It had not done anything at all.
    """,
    problem="a big bully blocked the path and took everybody's {food}",
    solved="{n} and {fnk} tricked the bully into being afraid of {ao}",
    ending="the bully ran away and never came back",
    moral="A clever head is better than a strong arm.",
    moods="funny",
    asks=[("Why did the bully run away?", "The bully thought that the {on} ate whoever was mean."), ("Who made the ticking sound?", "{f} made the ticking sound.")],
    owned=True,
)

plot(
    "market_swaps",
    "a market, the market, *swap, swapping, trading, money, luck, being content, a bargain",
    """
    {n} went out to get {ao}. {He} had no money. {He} had only a button.
    "A button!" cried {elder_a}. "Just what I need for my coat. Take this [apple|lemon] for it." {n} took it and {went} on.
    The next one was thirsty, and gave {him} [a piece of string|a bit of ribbon] for the fruit. Then somebody's bag burst, and {n} tied it up and got [a bell|a little bottle].
    --
    {meet} {Fhe} looked very unhappy. "My little sister cannot sleep," {fhe} said. "She needs something that [tinkles|shines in the moonlight]."
    {n} looked at what {he} had. It was worth a lot by now. Perhaps {he} could have swapped it for [a horse|a house]. "Take it," said {n}. "[I want nothing for it|It is a present]."
    ? {He} walked on with empty pockets, whistling.
    --
    That evening there was a knock at the door of {his} {home}. It was {f}. "My sister is asleep," {fhe} whispered, "and [my family|my grandmother] wants you to have this. It has stood in our cellar for years."
    It was {ao}. "For a button!" said {n}, and shook {his} head. "[For a kind heart|Not for the button]," said {f}.
    """,
    problem="{n} wanted {ao} but had no money, only a small thing to swap",
    solved="{n} swapped and swapped, and then gave the last thing to {fnk} for nothing",
    ending="{f} brought {him} the {on} as a present",
    moral="A gift comes back when you least expect it.",
    asks=[("What did {n} want?", "{n} wanted {ao}."), ("Who gave {n} the {on}?", "{f} gave {him} the {on}.")],
)

plot(
    "swapped_day",
    "jobs, work, other people's work, being content, envy, jealousy, quarrel, understanding, funny",
    """
    {pal} "Your work is so easy," said {n}. "You only look after {ao} all day." "And yours?" said {f}. "You only [carry water|sweep the path]!"
    So they agreed to swap for one day.
    --
    {f} picked up the broom. By nine {fhe} had [swept the same spot three times|swept dust into {fhis} own bed]. By noon {fhe} had a blister, and the wind had brought all the dust back.
    {n} sat down beside the {o}. "What could be easier?" {he} thought. But the {on} had to be [turned every ten minutes|kept warm, but not too warm]. It had to be wiped, and sung to, and watched, and when {n} looked away for [one breath|a moment], it rolled off {path}.
    ? {n} ran after it for half the day. {funny}
    --
    In the evening they met, tired and dusty. "How was it?" asked {f}. "Easy," said {n}. {n}'s face was green. "And yours?" "Very easy," said {f}, and hid the blister.
    They looked at each other. Then they both began to laugh. "[I will never say that again|Your work is not easy at all]," said {n}. "Nor yours," said {f}. And the next day each of them was glad to [get up|go to work].
    """,
    problem="{n} thought that {fnk}, who looked after {ao}, had easy work",
    solved="they swapped work for a day, and both found it hard",
    ending="they never called each other's work easy again",
    moral="Other people's work looks easy until you try it.",
    moods="funny",
    asks=[("What did {n} and {f} swap?", "They swapped their work for a day."), ("Was the work easy?", "No, the work was not easy at all.")],
)

plot(
    "last_piece",
    "*cake, a cake, sharing, fairness, being polite, politeness, friendship, food, funny",
    """
    {n} and {fnk} had a cake, and they had eaten it, all but one piece. It lay on the plate and smelled of vanilla.
    "You take it," said {n}. "No, you," said {f}. "[I could not|I insist]," said {n}. They were both very polite. They both wanted it very much.
    ? A fly looked at the cake. They looked at the fly.
    --
    "Let us have a contest," said {n}. "Whoever [stays silent the longest|can go without blinking] gets it." So they sat there, with {ao} between them to keep the time.
    They sat all afternoon. {scene3} The {folk} came to watch, and some of them brought chairs.
    Then a very small [mouse|ant|bird] came along. It walked [straight across the {on}|around the {on}], bowed to them both, and ate the cake, down to the last crumb.
    --
    "[Oh no|The cake]!" they both cried. Then they looked at the empty plate and at each other, and they laughed until the {on} fell over.
    "[We should have cut it in half|Half a piece would have been something]," said {n}. "Next time we will," said {f}. So they baked another cake, and they cut it first, with one piece for [the little guest|their small guest].
    """,
    problem="{n} and {fnk} both wanted the last piece of cake",
    solved="they held a contest with {ao} between them, and a tiny guest ate the cake",
    ending="they laughed, baked another one and cut it first",
    moral="Share at once, before it is gone.",
    moods="funny",
    asks=[("Who ate the last piece?", "A tiny guest ate the last piece."), ("What did they bake in the end?", "They baked another cake.")],
)

plot(
    "borrowed",
    "*borrow, borrowing, a borrowed thing, honesty, responsibility, an accident, saying sorry, trust",
    """
    {fnk_c} had {ao}, the finest one {at}. "May I borrow it, just until tonight?" asked {n}. "[Be careful with it|Of course]," said {f}. "It was my grandmother's."
    {n} carried it [as if it were an egg|with both arms]. But on the way {he} stumbled {path}, and there was a crack, as thin as a hair.
    ? "Perhaps nobody will see it," whispered a little voice inside {him}.
    --
    {n} turned the crack to the back. No. {He} painted over it. That made it worse. {He} thought of [running away|saying that it had been so before]. {sad}
    In the evening {he} knocked at {f}'s door. "[I have to tell you something|Please do not be angry]," {he} said, and {he} held out the {o}, with the crack in front. "I broke it. I am so sorry. I will work until I can pay for it."
    --
    {f} looked at it for a long time. Then {fhe} turned it over. There, on the other side, were [three|four] older cracks. "This one was me," said {f}, "when I was five. And this one was Grandmother herself."
    {n} stared. "Was she angry with you?" "She gave me {food}," said {f}, "because I had told the truth. [Come in.|Are you hungry?]"
    """,
    problem="{n} borrowed {ao} from {fnk} and cracked it",
    solved="{n} did not hide it but told the truth",
    ending="{f} showed {him} the older cracks and forgave {him}",
    moral="It is hard to tell the truth, but it makes friends.",
    asks=[("What did {n} borrow?", "{n} borrowed {ao}."), ("Was {f} angry?", "No, {f} forgave {n} because {n} told the truth.")],
)

plot(
    "lookalike",
    "a mirror, mirrors, *a twin, twins, being special, pride, a stranger, surprise, loneliness",
    """
    {n} thought that {he} was the only one of {his} kind. "There is nobody like me," {he} used to say, and it sounded half proud and half lonely.
    One day {he} heard of somebody who [laughed just like {him}|hummed the very same tune]. "Where?" cried {n}. "Over there, {path}," said the {folk}.
    {n} packed {his} {o} and went to see.
    --
    {trip}
    There stood {fnk}. {Fhe} did not look like {n} at all. But in {fhis} arms {fhe} held {ao}, [the very same|with the same little scratch on it].
    "That is mine!" they both said. Then they put the two side by side. Each was a twin of the other. They had been made together, long ago, and lost each other.
    ? "I always felt that something was missing," said {f}. "So did I," said {n}.
    --
    They found out that they both [hated carrots|counted the stars at night], both [slept on the left side|laughed at the wrong moment], and both talked to themselves.
    "I thought there was nobody like me," said {n}. "[There still isn't|That is still true]," said {f}. "But now there is somebody who understands."
    """,
    problem="{n} thought that there was nobody like {him}",
    solved="{n} met {fnk}, who owned a twin of {his} {o}",
    ending="at last there was somebody who understood",
    moral="Nobody is the same as you, but somebody will understand you.",
    asks=[("What did {n} and {f} both have?", "They both had {ao}."), ("Why was {n} lonely?", "{n} thought that there was nobody like {him}.")],
    owned=True,
)
