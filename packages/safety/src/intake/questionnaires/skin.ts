import { pick, questionnaire, severity, since, tick } from "../build.ts";

/** A rash, a wound or another change of the skin. */
export const skin = questionnaire("skin", "Rash or skin problem", {
  kind: "infection",
  items: [
    tick("now", "Do you have any of these now?", {
      options: [
        ["glass", "Spots that stay when a glass is pressed on them", "emergency"],
        ["swelling", "Swelling of the lips, tongue or throat, or short of breath", "emergency"],
        ["confused", "Confused, very sleepy or very ill", "emergency"],
        ["black", "Skin that turns black or blue, or pain far worse than it looks", "emergency"],
        ["blisters", "Blisters, or skin that comes off, also in the mouth or eyes", "emergency"],
        ["fever", "Fever or shivering", "urgent"],
        ["spreading", "Redness that spreads, or red lines", "urgent"],
        ["pus", "Pus, or a hot and hard lump", "urgent"],
      ],
    }),
    tick("site", "Where is it?", {
      options: [
        ["eye", "Around an eye", "urgent"],
        ["face", "Face or scalp"],
        ["genitals", "Genitals", "routine"],
        ["hand", "Hand or foot"],
        ["limb", "Arm or leg"],
        ["trunk", "Chest, belly or back"],
        ["all", "Nearly everywhere", "urgent"],
      ],
    }),
    pick("look", "What is it like?", {
      options: [
        ["wound", "A wound, bite or burn", "urgent"],
        ["mole", "A mole that changed, or a sore that does not heal", "routine"],
        ["hives", "Itchy, raised patches that come and go"],
        ["dry", "Dry, scaly and itchy"],
        ["spots", "Spots or pimples"],
      ],
    }),
    since(),
    severity("How much does it hurt or itch?", { isPain: false }),
    tick("history", "Which of these is true for you?", {
      options: [
        ["medicine", "I began a new medicine in the last eight weeks", "urgent"],
        ["immune", "Diabetes, or a weakened immune system", "urgent"],
        ["tick", "A tick bite", "routine"],
      ],
    }),
  ],
});
