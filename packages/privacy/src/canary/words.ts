/** Plain nouns that are no names of people or places: what phrases are made of. */
export const words: readonly string[] = (
  "acorn anchor apple arrow basket bench blanket bottle bread brick bridge bronze brush bucket " +
  "butter button cabin cable candle canvas carpet chalk cherry circle clay clock cloud coal cobalt " +
  "coffee copper cradle crystal curtain desk dough drum echo ember engine feather fence flame flour " +
  "garlic glass glove grape gravel hammer helmet hinge honey ice ink island kettle ladder lantern " +
  "leaf lemon lens log loom mantle mirror mortar nail needle nest oak onion oven paddle paper pebble " +
  "pencil pepper piano pillow pine plank plum pocket quilt rail raft ribbon ring roof rope rubber " +
  "saddle sail salt sand scarf seed shovel silk silver sled smoke soap spade spoon spring stone " +
  "straw sugar table tent thread tile timber tin torch tray tunnel velvet vinegar violin wagon wall " +
  "walnut water wax wheat wheel whistle willow window wire yarn zinc"
).split(" ");
