"""Where stories happen. Settings fall into groups; a group brings its own scenery, hiding places, crowd, food and weather.

The plots never say "tree" or "street": they say ``{spot}``, ``{path}``, ``{folk}``, ``{storm}``, and the group fills them in.
So a story that was asked to be in space is in space from the first sentence to the last.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

_TEXT = """
== space
in: in space | on the moon | on a tiny planet | on a space station | on Mars | in a rocket far from Earth | on a comet
scene: Stars hung all around like tiny lamps. | Far below, the Earth turned like a blue ball. | A comet swept past with its long white tail. | Silver dust floated by without a sound. | Two small moons were playing hide and seek. | The sky was as black as ink and full of light. | A satellite blinked red, then green, then red again.
spot: behind a gray moon rock | at the bottom of a crater | under a broken satellite | beside the rocket door | inside a cloud of star dust | between two sleeping asteroids
path: past the ringed planet | through a cloud of star dust | around three small moons | along the Milky Way
folk: star sailors | moon mice | little green neighbors | robots
food: moon cakes | star soup | comet crumbs
home: round little rocket | silver dome | snug space cabin
storm: a storm of stardust | a shower of shooting stars | a wild solar wind
went: floated | drifted
go: float
high: the top of the tallest crater | the highest moon hill
sound: Bleep, bleep, bleep! | Whoosh! | Zzzip!
elder: old moon turtle | gray-haired astronaut | very old robot
== sea
in: under the sea | at the bottom of the ocean | on a coral reef | in a sunken ship | in an underwater cave | in a deep blue lagoon
scene: Sunlight came down through the water in long gold stripes. | Seaweed waved slowly, as if it were dancing. | A hundred silver fish turned all at once. | Bubbles rose and popped, one after another. | The coral was pink and orange and as bright as candy. | Far above, the bottom of a boat slid by like a cloud. | Sand danced over the sea floor.
spot: under a pink shell | behind the coral | inside an old sunken pot | in the tall seaweed | between two mossy rocks | under the anchor of a wreck
path: through the waving seaweed | past the old wreck | along the coral wall | over the white sand
folk: crabs and fishes | seahorses | little shrimps | starfish
food: seaweed pie | sea plum soup | salty pancakes
home: shell house | cozy cave | coral cottage
storm: a great underwater storm | a roaring whirlpool | a wild current
went: swam | glided
go: swim
high: the top of the reef | the highest rock of the sea floor
sound: Blub, blub, blub! | Splish! | Glug!
elder: old whale | wise sea turtle | very old lobster
== farm
in: on a farm | in a big red barn | in a chicken yard | on a hill full of sheep | in an apple orchard | on a windy farm
scene: The hay smelled sweet and the hens were talking all at once. | A tractor coughed somewhere behind the barn. | The corn stood tall and whispered in the wind. | Mud shone in the yard like chocolate. | Milk cans rattled by the gate. | The old barn door creaked hello. | Geese marched across the yard in a line.
spot: under the hay | behind the barn | beside the pig trough | in the tall corn | under the old cart | next to the well
path: across the muddy yard | past the duck pond | along the wooden fence | through the corn
folk: hens | cows and sheep | farm cats | farm animals
food: apple pie | warm corn bread | fresh pancakes
home: snug corner of the barn | wooden hut by the gate | little hayloft
storm: a great thunderstorm | a howling wind | a storm with hail as big as peas
went: walked | trotted
go: walk
high: the roof of the barn | the top of the haystack
sound: Cock-a-doodle-doo! | Clank, clank! | Moo!
elder: old plow horse | wise old goat | gray farm cat
== forest
in: in a forest | in a dark forest | in a birch wood | at the foot of an old oak tree | in a quiet wood | in a hollow tree | in a pine forest
scene: The leaves made green light on the path. | Somewhere a woodpecker was knocking on a trunk. | The moss was as soft as a carpet. | Pine needles crackled with every step. | Sunbeams stood between the trees like golden ropes. | It smelled of mushrooms and rain. | Acorns dropped with a plop, one by one.
spot: under a pile of leaves | behind an old oak | in a hollow log | between the roots of a pine | under a red mushroom | in a blackberry bush
path: past the old oak | through the ferns | over the little brook | along the mossy path
folk: squirrels and birds | forest animals | hedgehogs | rabbits
food: acorn bread | blackberry pie | mushroom soup
home: hollow tree | mossy den | cottage under the pines
storm: a great storm | a thunderstorm | a wind that bent the trees
went: walked | wandered
go: walk
high: the top of the tallest pine | the highest branch of the oak
sound: Knock, knock, knock! | Crack! | Rustle, rustle!
elder: old owl | wise badger | very old tortoise
== city
in: in a big city | in a noisy city | on the roof of a tall house | in a city park | on a busy street | in a town with crooked houses
scene: Trams rang their bells and pigeons walked about like busy men. | Lights blinked red and green on every corner. | Somebody was playing the trumpet at an open window. | The streets smelled of rain and fresh rolls. | Tall houses stood shoulder to shoulder. | A thousand windows shone at once. | Bicycles whizzed by in both directions.
spot: under a park bench | behind a flower pot | in an empty cardboard box | next to the bus stop | on a window sill | behind the bakery
path: across the busy square | past the bakery | along the tram line | over the old stone bridge
folk: pigeons | neighbors | bus drivers | people
food: warm rolls | noodle soup | lemon cake
home: flat on the top floor | tiny room under the roof | house with a blue door
storm: a great rainstorm | a storm that emptied the streets | a wind that stole hats
went: walked | hurried
go: walk
high: the top of the clock tower | the highest roof
sound: Ding, ding! | Honk! | Tick, tock, tick, tock!
elder: old bookseller | gray pigeon | kind street sweeper
== library
in: in an old library | in a library | in a bookshop | in a room full of books | in a museum | in a dusty archive
scene: Books stood on every wall, right up to the ceiling. | Dust danced in the light of a green lamp. | Somewhere a page turned all by itself. | It was so quiet that you could hear the clock think. | The floor creaked, and every creak was a different note. | It smelled of paper and old leather. | A ladder on wheels leaned against the tallest shelf.
spot: behind a tall bookshelf | between two fat books | under the reading desk | on the top shelf | inside a very big atlas | behind the curtain
path: along the dusty shelves | past the globe | down the long hall | up the winding stairs
folk: readers | bookworms | library mice | visitors
food: ginger cookies | buttered toast | tea and cake
home: nook between the shelves | little room behind the stairs | corner by the window
storm: a thunderstorm that rattled the windows | a storm that shook the roof | a cold wind that blew all the pages about
went: tiptoed | walked
go: tiptoe
high: the top of the tallest shelf | the balcony under the roof
sound: Shhh! | Creak! | Flip, flap, flip!
elder: old librarian | wise bookworm | gray library cat
== castle
in: in an old castle | in a castle on a hill | in a tall tower | in a king's palace | in a castle kitchen | in a ruined castle
scene: Flags snapped above the towers. | A suit of armor stood in every corner. | The stone steps wound up and up and up. | Candles flickered along the great hall. | Ravens sat on the wall like black ink spots. | The drawbridge groaned when the wind blew. | Long carpets with lions on them hung on the walls.
spot: behind a suit of armor | under the throne | at the bottom of the tower | behind a heavy curtain | in a dusty chest | beside the drawbridge
path: up the winding stairs | across the great hall | over the drawbridge | along the castle wall
folk: knights and cooks | guards | castle mice | lords and ladies
food: plum pudding | roast apples | honey cake
home: room in the tower | warm corner of the kitchen | chamber with a round window
storm: a thunderstorm | a storm that shook the towers | a howling gale
went: walked | crept
go: walk
high: the top of the highest tower | the castle roof
sound: Clang! | Ta-ta-ra! | Creak, creak!
elder: old cook | gray-bearded guard | wise raven
== desert
in: in a desert | in a hot desert | at an oasis | in a tent in the desert | in a land of red rocks
scene: The sand was warm and gold as far as one could see. | A single palm tree threw a thin blue shadow. | The dunes looked like a sea that had stopped. | The air shimmered above the hot stones. | Tiny footprints ran over the sand and away. | A small wind drew lines on the dunes. | Far off, a row of camels moved along like beads on a string.
spot: under a flat stone | behind a dune | in the shade of a palm | half buried in the sand | next to a cactus | at the edge of the well
path: over the golden dunes | past the red rocks | along the dry river | from palm tree to palm tree
folk: camels | desert mice | travelers | lizards
food: sweet dates | fig bread | mint tea and cakes
home: striped tent | cool cave | clay hut
storm: a sandstorm | a great whirling wind | the biggest sandstorm in years
went: walked | wandered
go: walk
high: the top of the highest dune | the great red rock
sound: Fwoosh! | Jingle, jingle! | Hisss!
elder: old camel | wise lizard | gray-bearded traveler
== island
in: on a small island | on a beach | in a fishing village | in a harbor | on an island with one palm tree | by the sea
scene: The waves came in, said hush, and went out again. | Gulls were quarreling over a crust of bread. | The air tasted of salt. | Nets hung drying in the sun. | Little boats nodded in the water. | Shells lay on the sand like lost buttons. | The sea was blue, then green, then silver.
spot: under an upturned boat | behind a pile of nets | in a rock pool | half buried in the sand | under a palm tree | beside the old pier
path: along the beach | over the slippery rocks | past the fishing boats | down to the pier
folk: gulls and crabs | fishermen | islanders | seals
food: coconut cake | fish soup | melon slices
home: hut by the water | blue beach house | cabin made of driftwood
storm: a great storm | a storm with waves as high as houses | a wild sea wind
went: walked | ran
go: walk
high: the top of the cliff | the highest rock on the shore
sound: Hush, hush! | Splash! | Toot, toot!
elder: old sailor | wise pelican | gray seal
== snow
in: at the North Pole | in the snow | in a land of ice | in an igloo | in a snowy village | on a frozen lake
scene: The snow was so clean that it looked blue. | Icicles rang softly in the wind. | Green lights danced slowly across the sky. | Every breath made a little cloud. | Snowflakes came down like feathers. | The ice cracked its knuckles now and then. | Footprints were the only writing on the white ground.
spot: under a heap of snow | behind an ice block | beside a hole in the ice | in a snowdrift | under a frozen bush | behind the woodpile
path: across the frozen lake | over the white hills | between the walls of ice | along the sled tracks
folk: penguins | seals and foxes | snow hares | villagers
food: hot chocolate | hot soup | cinnamon buns
home: igloo | log cabin | cave of ice
storm: a blizzard | a great snowstorm | an icy wind
went: trudged | slid
go: walk
high: the top of the snow hill | the tallest iceberg
sound: Crunch, crunch, crunch! | Brrr! | Crack!
elder: old walrus | wise snowy owl | gray reindeer
== school
in: in a school | at a school for very small animals | in a classroom | on a school bus | in a music school
scene: Chalk dust hung in the air. | Thirty coats hung in the hall like sleeping bats. | The bell was old and always rang a little late. | Drawings of suns and houses covered the walls. | Somebody had left one boot in the corridor. | A paper plane sailed past the window. | The classroom smelled of crayons and oranges.
spot: under a desk | behind the blackboard | in the lost and found box | on top of the cupboard | behind the coats | in the sandbox
path: down the long corridor | across the playground | past the gym | up the school stairs
folk: pupils | classmates | children | teachers
food: sandwiches | apple slices | oatmeal cookies
home: seat by the window | house next to the school | room with a view of the playground
storm: a thunderstorm | a storm that rattled the windows | a wild rainstorm
went: walked | hurried
go: walk
high: the top of the climbing frame | the roof of the gym
sound: Rrring! | Scratch, scratch! | Squeak!
elder: old teacher | kind janitor | gray school cat
== mountain
in: on a mountain | in a mountain village | in a hut near the clouds | in a green valley | on top of a hill | in the Alps
scene: The tops of the mountains wore white caps. | Cowbells tinkled from far below. | Clouds drifted past at the height of the door. | A thin waterfall hung down the rock like a thread. | The echo answered everything twice. | The grass was short and full of blue flowers. | An eagle turned slow circles in the sky.
spot: behind a boulder | under a little pine | at the foot of the cliff | in a crack in the rock | beside the waterfall | under the wooden steps
path: up the steep path | over the rope bridge | past the waterfall | along the edge of the meadow
folk: goats | villagers | marmots | climbers
food: cheese bread | potato soup | blueberry cake
home: wooden hut | stone cottage | cave with a view
storm: a thunderstorm | a roaring mountain wind | a sudden snowstorm
went: climbed | walked
go: climb
high: the very top of the mountain | the highest peak
sound: Ding, dong! | Yodel-ay-hee! | Rumble!
elder: old mountain goat | wise eagle | gray shepherd
== garden
in: in a garden | behind a garden wall | in a greenhouse | in a rose garden | in a vegetable garden | in a back yard
scene: Bees were humming from flower to flower. | The beans had climbed all the way up their poles. | Drops of water shone on every leaf. | A snail had drawn a silver line along the wall. | The tomatoes were turning red, one by one. | The roses smelled so sweet that even the cat sneezed. | A watering can stood waiting in the sun.
spot: under a cabbage leaf | behind the watering can | between two flower pots | under the rose bush | inside the tool shed | beside the little pond
path: between the bean rows | past the pond | along the garden wall | through the long grass
folk: bees and beetles | snails | garden mice | birds
food: strawberry cake | pea soup | carrot buns
home: upside-down flower pot | shed with a round window | hole under the hedge
storm: a thunderstorm | a hard summer rain | a wind that bent the sunflowers
went: walked | wandered
go: walk
high: the top of the bean pole | the garden wall
sound: Buzz! | Drip, drop, drip! | Snip, snip!
elder: old toad | wise snail | gray gardener
== river
in: on a river | by a pond | at a quiet lake | on a houseboat | under a bridge | in a mill by the stream
scene: The water chuckled over the stones. | Dragonflies stood still in the air, then were gone. | A leaf sailed by like a little ship. | Reeds whispered along the bank. | The sky lay upside down in the water. | A fish jumped, and rings ran out to both sides. | Mist rose from the water like steam from a cup.
spot: in the reeds | under a lily pad | beneath the old bridge | behind a willow | on a flat stone | in the roots by the water
path: along the bank | over the stepping stones | past the old mill | under the willows
folk: ducks and frogs | beavers | otters | river folk
food: cress soup | plum cake | fresh bread
home: hut of reeds | houseboat | hole in the bank
storm: a flood of rain | a thunderstorm | a wind that made waves
went: walked | paddled
go: walk
high: the top of the old mill | the tallest willow
sound: Plop! | Quack, quack! | Splash!
elder: old heron | wise frog | gray ferryman
== train
in: on a train | at a railway station | on a night train | in a train yard | at an airport | in a subway tunnel
scene: Steam curled under the glass roof. | The loudspeaker said something that nobody understood. | Suitcases rolled by like little dogs. | The rails hummed long before anything came. | A big clock moved its hand with a clunk. | Lights flew past the windows in the dark. | Everyone was either too early or too late.
spot: under a seat | behind a pile of suitcases | next to the ticket window | on the luggage rack | under the big clock | in the last car
path: along the platform | past the ticket window | from car to car | beside the shining rails
folk: passengers | conductors | travelers | porters
food: cheese sandwiches | tea and biscuits | warm pretzels
home: bunk in the sleeping car | little room above the station | red waiting room
storm: a snowstorm | a thunderstorm | a storm that stopped all the trains
went: walked | hurried
go: walk
high: the top of the signal tower | the roof of the last car
sound: Choo, choo! | Clickety-clack! | Toot!
elder: old conductor | gray station master | wise station cat
== jungle
in: in a jungle | in a rain forest | in a tree house in the jungle | by a jungle river | near a lost temple
scene: Parrots shouted from tree to tree. | Warm rain dripped from leaf to leaf. | Vines hung down like green ropes. | A flower as big as a plate opened with a sigh. | Something rustled, then something else rustled back. | Monkeys threw fruit at nobody in particular. | The air was thick and smelled of mango.
spot: behind a banana tree | under a giant leaf | inside an old stone temple | between two twisted roots | in a nest of vines | beside a green pool
path: through the hanging vines | over the fallen tree | along the brown river | past the stone temple
folk: monkeys and parrots | frogs | jungle animals | elephants
food: mango pudding | banana bread | coconut soup
home: tree house | hut of leaves | nest of vines
storm: a warm, roaring rain | a thunderstorm | a storm that shook the vines
went: walked | crept
go: walk
high: the top of the tallest tree | the roof of the old temple
sound: Squawk! | Drip, drip, drip! | Oo-oo-ah-ah!
elder: old elephant | wise parrot | gray gorilla
== sky
in: in the clouds | on a cloud | in a castle in the clouds | in a hot air balloon | at the end of a rainbow
scene: The clouds were soft and white, like beds without end. | Far below, rivers shone like threads. | A rainbow stood up straight and stretched. | The wind went by with a basket of leaves. | Swallows wrote quick letters on the blue. | The sun was so near that the air tasted of honey. | Small clouds followed big clouds like lambs.
spot: behind a puffy cloud | inside a fold of mist | under the end of the rainbow | on the edge of a cloud | beside the wind's front door | between two sunbeams
path: from cloud to cloud | along the rainbow | past a flock of swallows | over the sleeping towns
folk: swallows | cloud sheep | little winds | sunbeams
food: cloud candy | honey on toast | raindrop jam
home: cloud cottage | house of mist | balloon basket
storm: a black thunderstorm | a spinning wind | a great storm
went: drifted | floated
go: float
high: the top of the highest cloud | the very top of the rainbow
sound: Whoosh! | Puff, puff! | Rumble!
elder: old north wind | wise crane | very old cloud
== cave
in: in a cave | in a deep cave | in a mine | in a tunnel under the hill | in a crystal cave | underground
scene: Drops fell from the ceiling, each with its own note. | Crystals glittered like frozen stars. | The echo came back a little lower each time. | Pale mushrooms gave off a soft blue glow. | It was cool and quiet, and it smelled of stone. | Bats hung in rows like small umbrellas. | A tiny stream ran through the dark, talking to itself.
spot: behind a pillar of stone | in a crack in the wall | under a glowing mushroom | beside the underground stream | at the end of the tunnel | in a heap of pebbles
path: down the winding tunnel | past the crystals | across the underground stream | through the narrow gap
folk: bats | moles | cave mice | dwarves
food: mushroom stew | root soup | cave cheese
home: little stone room | nest of moss | burrow with a round door
storm: a rumbling landslide | an icy wind from the tunnel | a sudden flood
went: crept | walked
go: walk
high: the ledge near the ceiling | the top of the great crystal
sound: Drip, drop! | Echo, echo, echo! | Tap, tap, tap!
elder: old bat | wise mole | very old dwarf
== house
in: in a kitchen | in an attic | in a small house | in a bathtub | in a cellar | in a house with a green door | under a bed | in a cupboard
scene: The floor boards told each other secrets. | A clock in the hall cleared its throat. | Crumbs lay under the table like little islands. | The kettle began to sing. | Sunlight lay on the floor like a yellow rug. | Rain tapped on the window with thin fingers. | The stairs creaked, though nobody was on them.
spot: under the sofa | behind the flour jar | on top of the wardrobe | inside a slipper | behind the curtain | at the back of the drawer
path: along the shelf | under the table | up the stairs | past the sleeping dog
folk: house mice | neighbors | toys | cups and spoons
food: toast with jam | chicken soup | fresh cookies
home: shoe box | corner by the stove | room under the stairs
storm: a thunderstorm | a storm that rattled the windows | a wind that howled in the chimney
went: walked | tiptoed
go: walk
high: the top of the cupboard | the highest shelf
sound: Tick, tock! | Creak! | Ssss, sang the kettle!
elder: old grandfather clock | gray cat | wise old teapot
== market
in: in a small village | at a market | in a bakery | in a little shop | in a town on a hill | in a village with one street
scene: Somebody was selling oranges and singing about it. | Smoke rose from every chimney. | Fresh bread lay in the window in golden rows. | The church bell struck, and the pigeons flew up. | Two dogs were asleep in the middle of the road. | Baskets of cherries stood in the shade. | Everyone knew everyone, and everyone said hello.
spot: under a market stall | behind the bakery | beside the well | in an empty flour sack | under the old bench | between two baskets
path: across the market square | past the baker's shop | along the only street | over the cobblestones
folk: villagers | bakers and shoppers | neighbors | market women
food: cherry pie | warm bread | cheese rolls
home: cottage with a crooked chimney | room above the bakery | house by the well
storm: a great storm | a thunderstorm | a wind that blew the roof tiles off
went: walked | strolled
go: walk
high: the top of the church tower | the roof of the town hall
sound: Ding, dong! | Cluck, cluck! | Clip-clop, clip-clop!
elder: old baker | wise grandmother | gray blacksmith
== toys
in: in a toy shop | in a toy box | in a doll house | in a playroom | on a toy shelf | in a clock shop
scene: Tin soldiers stood in a row and tried not to blink. | A music box played the same four notes. | The teddy bears sat shoulder to shoulder. | A toy train ran round and round and never got lost. | Marbles rolled across the floor like planets. | The spinning top was still dizzy from yesterday. | Wooden blocks stood in towers as high as the table.
spot: behind the building blocks | under the doll bed | inside the jack-in-the-box | next to the toy train | on the highest shelf | behind the music box
path: along the shelf | past the tin soldiers | over the toy bridge | between the block towers
folk: toys | dolls and teddy bears | tin soldiers | puppets
food: tiny sugar cakes | button cookies | tea and crumbs
home: cardboard house | doll bed | box with a ribbon
storm: a great draft from the door | a storm that rattled the shop window | a thunderstorm
went: marched | walked
go: march
high: the top of the block tower | the highest shelf
sound: Pling, plong! | Boing! | Whirr!
elder: old rocking horse | wise rag doll | gray toymaker
== ship
in: on a pirate ship | on a ship | in a little boat | on a raft | on a ferry | at sea
scene: The sails were fat with wind. | Dolphins raced along beside the ship. | The ropes hummed and the planks creaked. | There was nothing but blue in every direction. | A gull had sat down on the mast to rest. | Salt dried on everything in tiny white stars. | The deck went up, and the deck went down.
spot: behind a barrel | under a coil of rope | at the bottom of the ship | in the captain's boot | under a heap of sails | beside the mast
path: across the wet deck | past the mast | along the rail | down the ladder and up again
folk: sailors | ship's mice | pirates | gulls
food: biscuits and jam | bean soup | coconut pie
home: hammock | cabin with a round window | bunk below deck
storm: a great storm | a storm with waves like mountains | a roaring gale
went: walked | hurried
go: walk
high: the top of the mast | the crow's nest
sound: Ahoy! | Creak, creak! | Ding, ding!
elder: old sailor | wise parrot | gray ship's cook
== circus
in: in a circus | at a fair | in a theater | in a circus tent | at a carnival | on a merry-go-round
scene: Strings of colored lamps swung in the wind. | The drums rolled, and somebody laughed. | The air smelled of popcorn and sawdust. | Flags of every color flapped above the tent. | A painted horse went up and down, up and down. | The curtain was red and had a patch on it. | A clown was looking for his other shoe.
spot: behind the red curtain | under the wooden seats | in the costume box | next to the popcorn cart | behind the big drum | under a clown's hat
path: across the sawdust ring | past the popcorn cart | under the colored lamps | around the big tent
folk: clowns and acrobats | jugglers | visitors | dancing dogs
food: popcorn | sugar apples | waffles
home: painted wagon | little tent | room behind the stage
storm: a storm that shook the tent | a thunderstorm | a wild wind
went: walked | skipped
go: walk
high: the top of the big tent | the high platform
sound: Ta-daa! | Boom, boom! | Pop, pop, pop!
elder: old clown | wise circus horse | gray juggler
== anywhere
in: far away
scene: The air was still, as if it were waiting. | A small wind went by and said nothing. | Everything looked a little brighter than usual. | Somewhere somebody was humming. | Long shadows lay on the ground. | It smelled of rain and something sweet.
spot: behind a big stone | in a dark corner | under an old box | beside the door | next to the wall | in a small hole
path: along the winding way | up and down | around the corner | past the last door
folk: neighbors | locals | little ones | helpers
food: warm soup | honey cake | fresh bread
home: little home | cozy room | corner of the place
storm: a great storm | a thunderstorm | a wild wind
went: walked | hurried
go: walk
high: the highest point | the very top
sound: Bump! | Tap, tap! | Whoosh!
elder: wise old neighbor | old traveler | gray cat
"""


@dataclass(frozen=True)
class Group:
    name: str
    places: tuple[str, ...]
    scene: tuple[str, ...]
    spot: tuple[str, ...]
    path: tuple[str, ...]
    folk: tuple[str, ...]
    food: tuple[str, ...]
    home: tuple[str, ...]
    storm: tuple[str, ...]
    went: tuple[str, ...]
    go: tuple[str, ...]
    high: tuple[str, ...]
    sound: tuple[str, ...]
    elder: tuple[str, ...]


def _read() -> dict[str, Group]:
    groups = {}
    for block in _TEXT.strip().split("== ")[1:]:
        head, *rows = block.strip().splitlines()
        fields = {key: tuple(part.strip() for part in value.split(" | ")) for key, _, value in (row.partition(": ") for row in rows)}
        fields["places"] = fields.pop("in")
        groups[head] = Group(name=head, **fields)
    return groups


GROUPS = _read()
PLACES = {place: name for name, group in GROUPS.items() for place in group.places if name != "anywhere"}
_ROOTS = tuple(name for name in GROUPS if name != "anywhere")

# Places that a visitor may name and no group lists; the group lends its scenery.
MORE_PLACES = {
    "in Paris": "city", "in London": "city", "in New York": "city", "in Tokyo": "city", "in Rome": "city",
    "in a hospital": "city", "in a supermarket": "city", "in an office": "city", "at the zoo": "city", "in a restaurant": "city",
    "on a volcano": "mountain", "in a swamp": "river", "in Africa": "jungle", "in the wild west": "desert", "in Egypt": "desert",
    "in a pyramid": "desert", "in Antarctica": "snow", "in Norway": "snow", "on Jupiter": "space", "in a spaceship": "space",
    "in a submarine": "sea", "on a boat": "ship", "in a zoo": "city", "in a pumpkin field": "farm", "in a teacup": "house",
    "in a computer": "anywhere", "in a dream": "anywhere", "in a labyrinth": "cave", "in a laboratory": "anywhere",
    "in a haunted house": "house", "in a lighthouse": "island", "in a candy factory": "anywhere", "in a windmill": "river",
    "in the rain": "market", "in the mountains": "mountain", "in the woods": "forest", "in the ocean": "sea", "at the beach": "island",
    "at school": "school", "in the city": "city", "in a castle": "castle", "in the desert": "desert", "in the jungle": "jungle",
    "in the sky": "sky", "in the garden": "garden", "in the kitchen": "house", "in a village": "market", "on an island": "island",
    "in outer space": "space", "on the farm": "farm", "at the circus": "circus", "in the library": "library", "in the attic": "house",
}  # fmt: skip


def any_place(rng: random.Random) -> str:
    """Groups first, so that a group with many places is not told more often."""
    return rng.choice(GROUPS[rng.choice(_ROOTS)].places)


def group_of(place: str) -> Group:
    name = PLACES.get(place) or MORE_PLACES.get(place)
    if name is None:
        low = place.lower()
        name = next((root for root in _ROOTS if root in low), "anywhere")
    return GROUPS[name]


def back_reference(place: str) -> str:
    """``in an old library`` -> ``in the old library``: how a place is named the second time."""
    return place.replace(" an ", " the ", 1) if " an " in place else place.replace(" a ", " the ", 1)
