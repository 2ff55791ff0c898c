/**
 * Words that hold sentences together in languages that patients write in. No list of English words has them, so that
 * they look like names; none of them is one by itself.
 */
const words =
  "tôi có thể uống khi mang thai không bị đau đầu bụng sống ở tên là chị bệnh nhân và sốt từ hôm qua của được " +
  "necesito una receta por favor tengo dolor cabeza soy gracias paciente años desde ayer tomar puedo hola buenas días noches tardes señora fiebre hijo hija esposo esposa duele " +
  "je suis prends depuis est mal ventre fille fils mon mari merci besoin bonjour bonsoir ordonnance fièvre tête habite avec sa femme et il elle dos " +
  "ich habe mein meine guten tag morgen abend bitte kopf blutdruck und schmerzen kopfschmerzen seit gestern fieber heiße wohne nehme tochter sohn herr frau nicht mir ist " +
  "bisogno ricetta grazie gola testa febbre buongiorno chiamo sono figlia figlio marito moglie abito prego " +
  "olá sou preciso receita obrigado obrigada febre minha meu moro grávida dipirona remédio pressão bom dia " +
  "hej jag heter jeg har feber och ont vondt bor hodet halsen ryggen navn tack takk " +
  "mwen gen lafyèv rele rete bezwen mèsi doktè tèt " +
  "dzień dobry dobrý boli mnie potrzebuję recepty dziękuję nazywam się mieszkam przepraszam czy mogę brać gorączkę brzuch kolana " +
  "benim adım başım ağrıyor ateşim merhaba şehrinden kullanıyorum yaşındayım hanım bey lütfen teşekkürler kızım oğlum " +
  "ik heb een hoofdpijn goedemorgen dank mijn koorts heeft wonen " +
  "nama saya demam sakit kepala terima kasih tinggal anak butuh resep pagi selamat " +
  "ninaitwa naishi naumwa kichwa habari asante mtoto wangu ana homa tunaishi " +
  "masakit ang ulo tiyan salamat kumusta lagnat taga kami pasyente " +
  "мне меня зовут мой моя и лет у болит я не есть голова спасибо здравствуйте добрый день врач " +
  "اسمي أنا من عندي لدي في و ألم الدكتور شكرا السلام عليكم مرحبا मेरा नाम है मैं मुझे और में बुखार दर्द नमस्ते " +
  "我 我叫 我是 叫 的 岁 病人 患者 先生 女士 医生 您好 你好 谢谢 私 私は です ます 名前は さん 様 제 이름은 저는 입니다 씨 님 환자 안녕하세요 " +
  "שמי אני בן בת של לי שלום תודה ชื่อ ผม ฉัน ครับ ค่ะ คุณ";

const functionWords: ReadonlySet<string> = new Set(words.split(" "));

/** Whether every word is one that sentences of another language are held together by. */
export function isFunctional(text: string): boolean {
  const all = text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
  return all.length > 0 && all.every((word) => functionWords.has(word));
}
