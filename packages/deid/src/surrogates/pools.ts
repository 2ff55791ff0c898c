/** Names to draw surrogates from: none is a common English word; by gender and by kind. */
const words = (text: string): readonly string[] => text.split(" ");

export const femaleNames = words(
  "Abigail Adriana Agnes Alexandra Amelia Anita Antonia Arlene Beatrice Belinda Bernadette Bianca Bridget Camille Carlotta Cecilia Celeste Charlotte Clarissa Corinne Daniela Daphne Deborah Delphine Diana Dorothea Edith Eleanor Elena Elisa Eloise Esther Eugenia Evangeline Felicia Fernanda Fiona Florence Frances Freya Gabriela Genevieve Georgia Gertrude Gillian Gwendolyn Hannah Harriet Helena Henrietta Hildegard Ida Ilona Imogen Ingrid Irena Isabel Isadora Jacqueline Janine Johanna Josephine Judith Juliana Karina Katherine Katrina Kirsten Klara Larissa Laura Leona Leticia Lorena Louisa Lucinda Magdalena Marcella Margot Marianne Matilda Mildred Miranda Nadia Natalie Nicolette Nina Noemi Nora Odette Olga Olivia Ophelia Ottilie Pamela Patricia Paulina Philippa Phoebe Priscilla Quinby Quintina Quiana Ramona Rebecca Renata Rosalind Rowena Sabine Samantha Selma Simone Sophia Susanna Sylvia Tabitha Tamara Teresa Theodora Ulrika Una Ursula Uma Valentina Vanessa Veronica Vivienne Wanda Wilhelmina Winifred Willa Xenia Ximena Xanthe Yasmin Yolanda Yvette Yvonne Zelda Zenobia Zoe Zara",
);
export const maleNames = words(
  "Adrian Alexander Alfred Ambrose Anselm Arnold Augustin Barnaby Bartholomew Benedict Bernard Boris Bradley Bruno Caleb Casimir Cedric Christopher Clement Conrad Cornelius Cyril Damian Desmond Dexter Dominic Duncan Edgar Edmund Eduardo Elias Emanuel Ernest Fabian Felix Ferdinand Fergus Francis Frederick Gareth Geoffrey Gerald Gilbert Gregory Gunther Gustav Harold Hector Henry Herbert Horace Hubert Hugo Ignatius Igor Isaac Ivan Jerome Joachim Jonathan Julian Justin Kasper Kenneth Kilian Klaus Konrad Lambert Laurence Leopold Lionel Lorenzo Lucas Ludwig Malcolm Marcel Matthias Maurice Maximilian Montgomery Nathaniel Neville Nicholas Nigel Norbert Octavio Oliver Orlando Oscar Oswald Otto Patrick Percival Peregrine Philip Quentin Quincy Quinlan Rafael Randolph Raymond Reginald Roderick Rupert Samson Sebastian Sigmund Solomon Stefan Sylvester Terence Theodore Timothy Tobias Tristan Ulric Ulysses Umberto Valentin Vernon Victor Vincent Walter Wendell Wilfred Winston Xander Xavier Yannick Yorick Yusuf Zachary Zoltan Zebulon",
);
export const surnames = words(
  "Abernathy Albright Alvarado Anderssen Applegate Arbuckle Ashworth Atherton Babcock Ballantyne Barrington Beauchamp Bellweather Birkenstock Blackwood Bracewell Brightwater Callahan Calloway Carmichael Castellano Chadwick Claremont Colquhoun Crowhurst Cunningham Dalgleish Davenport Delacroix Devereux Dinwiddie Donahue Drummond Dunsmore Eastwick Eckhart Edgeworth Ellingham Elphinstone Enderby Esterhazy Fairbanks Fairweather Farnsworth Featherstone Ferreira Fitzgerald Forsythe Fothergill Gallagher Garrison Gillespie Goldsworthy Goodfellow Granville Greenhalgh Grimshaw Hallström Harrington Hathaway Haverford Hawthorne Hemingway Hollingsworth Huntington Inchbald Ingersoll Inglewood Ironside Isherwood Iverson Jablonski Jankowski Jellicoe Jennings Johannsen Juarez Kensington Kessler Kingsbury Kirkpatrick Knightley Kowalski Lachlan Lancaster Langford Lattimer Lindqvist Lockhart Longbottom Lundgren Macallister Maddox Marchetti Mayweather Merriweather Middleton Montague Morgenstern Nakagawa Naismith Netherby Nightingale Northcott Norwood Oakhurst Oglethorpe Oldenburg Olmstead Ormsby Ottaway Paddington Pankhurst Pemberton Pendleton Pettigrew Pickering Quarles Quigley Quillfeather Quimby Quintrell Radcliffe Ravenscroft Redgrave Rosenfeld Rutherglen Ryecroft Sainsbury Sandoval Satterfield Schweitzer Somerville Stanhope Tattersall Tennyson Thackeray Thornbury Tillingham Trevelyan Uffington Ullman Umbridge Underhill Upchurch Urquhart Valdivia Vanderhoof Vandermeer Vasquez Verlander Villanueva Wainwright Wakefield Weatherby Whitmore Winterbourne Wolstenholme Xanthopoulos Xavierson Ximenez Yarborough Yardley Yellowlees Youngblood Yudenich Zabriskie Zamora Zeller Zimmermann Zuckerman",
);
export const placeStems = words(
  "Alder Amber Arden Ashen Aven Barrow Birch Bramble Briar Calder Carn Cinder Clover Copper Corvin Dapple Elder Ember Fallow Fenn Ferris Garn Glenn Hallow Harrow Hazel Heron Hollin Ilder Juniper Kestrel Kild Larch Linden Loam Marrow Merrin Mosswell Nettle Oaken Orrin Pell Perrin Quarrel Raven Rowan Sedge Sorrel Tamber Thistle Tolland Umber Vale Verrin Wend Wicker Willow Wren Yarrow Zephyr",
);
export const placeEnds = words(
  "dale mere wick stead combe ridge croft haven moor thorpe bury holm gate reach fold well burn worth ley ville den hurst cote sett",
);

/** Letters of other scripts that names there are made of; enough for any length. */
export const scripts: readonly {
  readonly test: RegExp;
  readonly letters: string;
  readonly capital: boolean;
}[] = [
  { test: /\p{Script=Cyrillic}/u, letters: "авекилмнорстудибг", capital: true },
  { test: /\p{Script=Greek}/u, letters: "αεικλμνορτ", capital: true },
  { test: /\p{Script=Arabic}/u, letters: "ابتجدرسعفقلمنهوي", capital: false },
  { test: /\p{Script=Hebrew}/u, letters: "אבגדהוזחטילמנער", capital: false },
  {
    test: /\p{Script=Han}/u,
    letters: "林陈王李张刘杨黄吴周徐孙朱高郭何罗郑梁谢宋唐许邓冯韩曹曾彭萧",
    capital: false,
  },
  { test: /\p{Script=Hiragana}/u, letters: "あいかきさしたなはまやらりのみ", capital: false },
  { test: /\p{Script=Katakana}/u, letters: "アイカキサシタナハマヤラリノミ", capital: false },
  { test: /\p{Script=Hangul}/u, letters: "김이박최정강조윤장임한오서신권황안송유홍", capital: false },
  { test: /\p{Script=Devanagari}/u, letters: "कगचजतदनपबमरलवसह", capital: false },
  { test: /\p{Script=Thai}/u, letters: "กขคงจชดตนบปมรลวสห", capital: false },
  { test: /\p{Script=Armenian}/u, letters: "աբգդեզիլկհմնորստ", capital: true },
  { test: /\p{Script=Georgian}/u, letters: "აბგდევზილმნორსტ", capital: false },
  { test: /\p{Script=Bengali}/u, letters: "কগচজতদনপবমরলসহ", capital: false },
  { test: /\p{Script=Tamil}/u, letters: "கசதநபமரலவன", capital: false },
];
