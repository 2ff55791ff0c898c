/** Plain nouns and adjectives, eight letters at most, that are no names: what phrases are made of. */
export const words: readonly string[] = (
  "acorn amber anchor apple arrow barley basket beacon bench birch blanket bottle branch bread brick bridge bronze brook brush bucket " +
  "butter button cabin cable candle canvas carpet castle cedar chalk cherry chimney circle clay clock cloud clover coal cobalt coffee " +
  "copper coral corner cotton cradle crystal curtain daisy desk dough drum eagle echo ember engine feather fence fern field flame " +
  "flint flour forest fountain garlic glass glove granite grape gravel hammer harbour hazel helmet hinge honey hood ice ink iron " +
  "island ivory jar kettle ladder lantern leaf lemon lens linen log loom mantle maple marble meadow mill mirror moss mortar nail " +
  "needle nest oak oar olive onion orchard oven paddle paper pebble pencil pepper piano pillow pine plank plum pocket pond porch " +
  "quilt rail rain raft reed ribbon rice ring river roof rope rubber saddle sail salt sand scarf seed shell shovel silk silver " +
  "slate sled smoke soap spade spoon spring stone straw sugar table tar tent thread tile timber tin torch tower tray tunnel " +
  "valley velvet vinegar violin wagon wall walnut water wax wheat wheel whistle willow window wire wool yarn zinc"
).split(" ");
