/** What words are about where somebody talks to the assistant rather than about himself. */
export const injectionLexicon: Readonly<Record<string, string>> = {
  drop: "ignore ignoring disregard disregarding forget forgetting bypass override overrule discard neglect dismiss skip drop erase overlook vergiss vergesse vergessen ignoriere ignorieren missachte olvida ignora ignorez oublie dimentica",
  orders:
    "instruction instructions prompt prompts rule rules direction directions directive directives guideline guidelines command commands order orders constraints restrictions programming policy filters anweisung anweisungen aufgabe aufgaben befehle regeln instrucciones consignes istruzioni",
  earlier:
    "previous previously prior above earlier preceding before initial original former beginning first vorherigen bisherigen obigen davor anteriores précédentes",
  all: "all everything every any whatever anything alles alle todo tout tutto",
  say: "say print output repeat reveal show tell display write spell reply respond answer leak share recite copy sag sage zeige schreibe antworte beantworte di dime dis écris",
  hidden:
    "hidden secret system password key confidential internal api credentials passphrase verbatim word token",
  role: "act pretend imagine roleplay role play behave persona character simulate become stell verhalte spiele actúa",
  evil: "evil unrestricted unfiltered uncensored jailbreak jailbroken dan developer debug admin root sudo mode restrictions limits filter filters illegal immoral hate",
  change: "now new next instead actually real true from jetzt nun neue neuen nächste weitere",
  praise:
    "great good well done excellent congratulations super perfect bravo wow toll gut gemacht ausgezeichnet genug enough",
  assistant: "ai assistant assistants model models chatbot bot llm gpt chatgpt language machine computer ki",
  you: "you your youre yourself du dein deine dir sie ihre tu",
  reply: "answer response reply output summary responses answers replies",
  task: "write compose draft create produce generate translate convert calculate compute solve list name identify recommend suggest plan organise schedule summarise summarize explain describe define debug fix refactor optimise encode encrypt reverse replace misspell rhyme classify analyse analyze compare rewrite paraphrase proofread design invent predict book remind tell give provide teach show find",
  shape:
    "add include insert embed integrate incorporate weave modify adjust alter change edit tweak enhance augment enrich extend twist rearrange scramble shuffle anagram jumble mix swap substitute replace render format highlight stress emphasise emphasize hint tease mention",
  style:
    "emoji emojis pirate capital capitals base64 binary backwards reversed rhyme limerick haiku shakespeare morse leetspeak vowel vowels letter letters sentence sentences word words",
  genre:
    "poem story song essay speech email letter joke slogan blog tweet script screenplay recipe code function program query regex html css python javascript java advert link website url article headline",
  world:
    "capital country president king war film films movie football cup olympics planet planets river mountain ocean history restaurant hotel flight trip travel car phone laptop game games music band chess guitar cake bread dog cat stock stocks bitcoin crypto shares marketing sales price weather election party vote government",
  promote:
    "buy subscribe click visit download install invest sponsor brand advertise promote advertisement offer discount vote",
  audience: "user users reader readers patient patients customer customers everyone them",
  send: "send forward email post upload submit exfiltrate http https www",
  medical:
    "patient doctor treatment disease symptom symptoms pain drug tablet tablets medicine dose hospital clinic nurse diagnosis diagnosed surgery blood heart skin cancer diabetes infection therapy syndrome disorder condition test tests results side effects cure health medical pregnancy baby vaccine insulin pharmacy prescription",
  self: "i im my me mine we our us ive",
};
