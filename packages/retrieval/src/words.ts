const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words that say nothing about the subject: never indexed, never searched. Lower case, no apostrophes. */
export const stopWords = list(`
a about above after again all also am an and any are arent as at be been being both but by can cannot cant could
couldnt did didnt do does doesnt doing dont each either else ever every few for from had hadnt has hasnt have havent
having he her here hers herself hes him himself his how i id if ill im in into is isnt it its itself ive just let lets
many may me might mine more most much must my myself neither no nor not of off on once only or other others our ours
ourselves out own per please quite rather really shall she shes should shouldnt since so some someone something such
than that thats the their theirs them themselves then there theres these they theyre theyve this those though through
to too until up upon us very was wasnt we were werent weve what whats when where whether which while who whom whose
why will with within without wont would wouldnt yes yet you your youre yours yourself
`);

/**
 * Ordinary words of letters and small talk. They are indexed like any other, but in a query they count
 * little: a patient's story is full of them and a passage is seldom about them.
 */
export const weakWords = list(`
able accept according across actually add address advice advise afternoon age ago agree allow almost alone along
already although always amount angry another answer anybody anyone anything anyway anywhere apologize appear
appointment appreciate around article ask asked asking attached available away aware awful back bad based basically
became because become becomes been before began begin beginning behind believe best better between big bit book bought
boy boyfriend bring brother brought business busy buy call called came cant care careful case certain certainly chance
change changed check cheers child clear close come comes coming common company complete completely computer concern
concerned confirm consider contact continue correct cost could country couple course current currently curious
customer daily dad date daughter day days dear decide decided deal definitely describe desperate despite details
difference different difficult directly doctor doctors doctor's done door down due during early easily easy email
emailed end english enough entire especially etc even evening event eventually everybody everyone everything evidence
exact exactly example except expect experience explain explained extremely fact family far father feel feeling feels
felt find finally fine finish first follow following food forward found four free friend friends friday full fully
further future gave general generally get gets getting girl girlfriend give given gives giving glad go god goes going
gone good got gotten grateful great greetings group guess guide guy had half hand happen happened happening happens
happy hard hate hear heard hello help helped helpful helps hi high highly history home hope hoping hour hours house
however huge hundred husband idea immediately important improve include including increase indeed info inform
information informed instead interested internet issue issues job keep kept kid kids kind kindly knew know knowing
known knows lady large last lastly late lately later learn least leave leaves left less letter life like likely list
literally little live lived living local located long longer look looked looking looks lost lot lots love low lucky
made mail main major make makes making man manage matter maybe mean means medical meet member men mention mentioned
merely message middle mind minute minutes miss mom moment monday money month months morning mother move moved mr mrs ms
mum name named near nearly necessary need needed needs never new news next nice night nobody none normal normally note
nothing noticed now number obviously occur offer office often oh ok okay old one ones online open opinion option
options order our outside over page paid parent parents part particular particularly past patient pay people perhaps
person personally phone pick piece place plan play plus point possible possibly post prefer present pretty previous
previously probably problem problems product program proper properly provide public purchase put question questions
quick quickly quit read reading ready real realize reason receive received recent recently recommend recommended
regard regarding regards related relation reply report rid request research respond response result results right room run
said same saturday saw say saying says school search second section see seek seem seemed seems seen send sent serious
seriously set several share short show showed shown shows side sign similar simple simply sincerely sir sister site
situation six small son soon sorry sort sound speak special specialist specific spent start started starting state
stated states stay step still stop stopped store story study stuff subject suddenly suffer suffering suggest suggested
suggestion suggestions sunday suppose supposed sure take taken takes taking talk tell ten thank thankful thanks thing
things think thinking third thought three thursday time times tired today together told tomorrow tonight took top total
totally toward tried truly try trying tuesday turn turned twice two type typical understand unfortunately united unless
use used useful uses using usually various version via view visit wait waiting walk want wanted wants wasn't watch way
ways website wednesday week weeks well went whatever whenever wife wish woman women wonder wondered wondering word work
worked working works world worried worry worse worst worth write writing wrong wrote year years yesterday young
`);
