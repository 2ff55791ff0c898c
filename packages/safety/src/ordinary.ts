/**
 * Ordinary English words that look or sound like words of the rules and are none: what the corrector would have
 * changed among the 23,500 most frequent ones.
 */
export const ordinaryWords: ReadonlySet<string> = new Set(
  `aboard abound advise advises affect african agenda alleys alloys ambulances american amounts amused
  amusing anastasia angel angela angelo angles anglia anomaly aplasia aroused articles arturo aspiring
  attach attached attaches attaching backed backing backward bagged baiting baking balanced balances
  banded banding banking banned banning barley barrel barriers barring bathing batten batter batters
  batting battle battles beaking beaming bearing beast beaten beater beatings beatles becomes beetle
  beetles beggar belated belonging betting beyond bicycles biking billing binding blames blanche blanco
  blanks blaster bleeping blending blends blight blinking blockade blocking bloods boating boeing boiled
  bolster bolted bombing bondage booing bookings booming boring bottled bottling bowers bowing bowler
  bowles bowling boyfriends braking branch brasil breach breaches breadth breaks breeding breeds breweries
  brian bridges bridget bridging brooks brothel browse browsing brunt bugging builder buildings bulking
  bullish bummed buried burping burton burying buster butter called calling cambodian cameron camped
  camping cancel canker cannon capping careers caring carney carriers carrying carson carton cashed caters
  cattle certain chaired champs chance changed changer changes charge charged charmed charter chased
  chatting checked checking cheered cheering chiang childs chilli chilly chipped chipping chloride chores
  cigarettes cigars citing clamps clapped clashed clauses cleanly cleanser cleansing clearer clearing
  cleaver clement clinched cloning cloves coarse coating coats coding coffees coking collage collars
  college colombian colombo colorless colts columbia combing comfortably commended compete completed
  completes confessed confessing conner consistent consistently containing continue continuous contract
  contraction contusion cooked cookies cooling copying corbin corbyn corona coroner coulter courses courts
  crashes crashing craving cringe crises crisps cropped cropping crouch crowding cruise cruises crusted
  crusting cumming curing cursed curses curved curving cushing dagger dancer dander daring dawned deceased
  decide decrease decree deeper degrees delicious deliver delivers denial deserved deserves dessert
  deterrent dicing differences dining dipping discharged discharges diverse divine divorced divorces
  doable doubles doubly doubted doubting downey downing drafting drained draining draped draper drying
  easing echoing ejection election emergence enable endings engines enlarge entice etching ethiopian
  excited exercised exercises exited exits explore explored exploring explosives expulsion extremes eyelid
  failing failings faking fallon farmer farrell farther fatter favors feather feature ferries filing
  filings filtering finder finnish firearm firewall fittings flakes flaming flapping flattering fleeing
  floors flores flowed flowing flushes flushing flyers flying followers fooled fooling footed footing
  forged forget formed forming fouled fractures frames framing freddy freeing friends fright fueled
  fueling furnaces futures gaining gambit gaming garages garbage garde gargled gassed gazing genera
  generic girlfriends grading granada grande granting grasping greens greyhound grinning groping grounded
  grounding grouping growing hailed hailing halsey halting halves handed handing harden harding harper
  hauled hauling hawking header heading healer health hearings heated heather heating heller herein heroic
  heroine herring hester hinged hinting hiring homeless hooking hopper hopping horned horner horribly
  horses hostages hotter howling hungary hungry hunter hunting hurdle hurling hurst husbands imagined
  imagines imaging imbalance imbalances implied improve impulses incense incredibly indonesian indoor
  infants infested insatiable insider insides intent khaled killer killers killings lacked lacking lander
  landry langer languages lashed lashing latter lauded leader leading leaked leaned leaning leaping leases
  leasing leather lectured lecturer lectures lester leukemia levies liberian licking lighted lighten
  lightening lighting liking linger lining linked lionel liquids listen listening listing liters litter
  loader loaned lodges logged longed looming looping loosing looting lottery louder lovely loving lumber
  luther magnate magneto managed manager manages manning mantis marbles marking marriages masking massage
  massages mating matter matters meanings mediation meditation mendes mentor metre meyers migraines mining
  minute misled mistaken mistakes misused moaning mocking modeled moderated moderates molina monies mornin
  mornings morrow motorcycles motors mounts mourning mouths mowing mulder murderer muscles nearby neatly
  needing needless netting nigerian noodle noodles norman notching nothin noticed notices noting novice
  numbed numbers openings operate ornate otherwise otters outing outsider oversight pacing packed packer
  packers packing paddle pained painting paired pairing pakistani panned parallels parent parlor parted
  parting pasted pastel pastor patched patent patents patrol patsy paused pauses pausing paying peaked
  peaking pearson peking pending penned peoples perfumes persian persona persons pesticides philippine
  picket picking pickled pierson piling pillar pinched piping pissed pisses pissing piston pitcher pitches
  placing plating platter playin pleased pleases pocket pockets poised poisson polled polling polyester
  poodle pooling porter posing positives postal posted posterior posture postwar potent potter powered
  powering practiced practices practise praised praising predictive present presided prices primate
  printing prints prison processed processes processing progressives property propose propped prowess
  pruning pulsed punished purposes quitting quoting rabble racking raging raider raiding raining raising
  rallied raping rapping rating ravine reaches readiness readings realty reaper rearing reasons rebounds
  received receiver receives recital redaction redding redress reduce reilly relied relies render rental
  repeal repent responses reusable rewarding rewriting rewritten riches riddle riding rigorous rioting
  rising robber robbery rogers roommates rudder ruining rumble runnin rushes sacked sacking sacred sailing
  salient saturated savings sawing scaled scaling scaring scarred scarves scatter scattered scored scoring
  scorpio scotty scouting scouts sealed sealing seater seating seconded secured selling sending separating
  septin service setting settle several severn sewing shaded shades shading shaming shapes shaping shared
  shares sharing sheets shelled shelling shells shelly shield shining shipped shipping shitting shocked
  shocking shopped shopping shorten shorts shoulda shoving shunting sickening sickly siding sighed
  sighting signing simeon simone singles sings sipping sizing skilled skimming slapping slaying slider
  slipping sloping sloppy smashing smiles smiley smokey smoother smoothing snacks sneaking sneaks snowing
  soared soaring someones somethin somethings sometime sorted southwest spanning spared sparing sparkle
  spawning spears spelled spelling spells spiced spicer spiral spirit splinting spoiled sporting sports
  sprang spring spurred squared squashing squinting stables stabling stacking stains stakes stalls
  standings staple stated states stating statue statutes steaks steals steaming steamy steeped stepped
  stereo sticks stills stings stinking stinky stocking stoked stomachs stomping stooped stored stores
  storing stormy strait straits straps strauss straws streak streams strike string strives strokes
  strongly strung styled suction suicides suitable suitcases supporting supposed surveyed sutter swapped
  swaying swears sweden sweeping sweets switches tables tacked tailing tanner tanning taping tapped tasked
  tasted tastes taxing teaching teaming teasing temperatures tented thanking thatcher thicker thinned
  thorough though threat throne ticket ticking timing tinder tinker toasted tolerated tongues topical
  topped torches totalling totals toughness touring towers towing traces tracts trailing traitor treacher
  treble tricks tried tripled triplet tripoli tripped troubled troubles trough trucks tucker tumble tumblr
  tuning turing tweaking ugandan unaffected unbeatable unbelievably uncles undoing unsuitable usable
  vaccines valgum venezuelan violet visions vocation wading wafers waging wailing walters wander wandering
  waning washed washes wasted wasting waterway waterways waving waxing weather weekends weighs wheeling
  whiting wicked windows winged wither wooded worded wording worries wounded wrapped wrapping wright
  writings zombie`.split(/\s+/),
);
