// Un pilote en un fichier, pour Node 18 ou plus récent et rien d'autre. Deux façons de le lancer :
//
//   node connecteur.mjs               un objet JSON par ligne, entrée et sortie standard   (--connector process:…)
//   node connecteur.mjs --http 8765   les mêmes objets, postés à http://127.0.0.1:8765     (--connector http:…)
//
// Ce qui est à faire porte « REMPLIR ». Pour chaque verbe que votre produit sait faire : remplacez A_REMPLIR par la
// liste de ses options ([] s'il n'en a pas), et écrivez dans MyRis la méthode du même nom, qui rend ce que
// l'utilisateur a vu. Un champ absent d'une requête a sa valeur par défaut (« dmp-imagerie contract » les donne). Ne
// répondez jamais « done » à ce qui n'a pas été fait : « unsupported », la réponse d'un verbe resté A_REMPLIR, est
// toujours honnête.

import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

// --- Le produit : ce que vous remplacez ------------------------------------------------------------------------------

const PRODUCT = { product: 'Mon RIS', version: '1.0', vendor: 'Ma société' } // À REMPLIR

const A_REMPLIR = null // le produit n'a pas ce geste, ou le pilote pas encore

const VERBS = { // verbe, options, puis ses champs et ce que fait l'utilisateur
  // Accueil
  register_patient: [], // patient : création du dossier, à ce statut d'identité
  update_patient: A_REMPLIR, // patient : l'accueil corrige les traits, l'INS ou le statut d'identité
  verify_identity: A_REMPLIR, // patient_id, result, status : vérification, INSi répond ok ou ko
  register_exam: [], // exam : un examen est prévu et réalisé
  record_information: A_REMPLIR, // patient_id, informed, opposed : informé ou non, opposé ou non
  record_consent: A_REMPLIR, // patient_id, agreement, informed, frame, episode : son accord ou non
  // Session
  sign_in: A_REMPLIR, // ps_id, means : ouverture de session ; options : "cps", "e-cps"
  sign_out: A_REMPLIR, // aucun champ : fermeture de la session
  // Comptes rendus
  save_draft: [], // report : le compte rendu est écrit et gardé, pas validé
  set_visibility: A_REMPLIR, // report_id, hidden : l'utilisateur choisit qui ne doit pas le voir
  require_announcement: A_REMPLIR, // report_id : le résultat est d'abord à dire au patient
  validate_report: A_REMPLIR, // report_id, ps_id : le radiologue valide, la suite est au produit
  withhold_report: A_REMPLIR, // report_id, reason : le radiologue décide de ne pas l'envoyer
  replace_report: A_REMPLIR, // report, ps_id : le radiologue valide une nouvelle version
  delete_report: A_REMPLIR, // report_id, reason : le compte rendu est retiré, partout où il est parti
  mark_announced: A_REMPLIR, // report_id : l'annonce est faite, le patient peut le voir
  catch_up: A_REMPLIR, // exam_ids : envoi des anciens comptes rendus de ces examens
  // Consultation
  open_dmp: A_REMPLIR, // patient_id, mode, secret : l'utilisateur demande le DMP du patient
  search_documents: A_REMPLIR, // patient_id : liste des documents ; displayed : unique_id, title
  open_document: A_REMPLIR, // patient_id, unique_id : ouverture d'un document ; displayed : unique_id
  import_document: A_REMPLIR, // patient_id, unique_id : le produit en garde une copie
  open_web_dmp: A_REMPLIR, // patient_id : le bouton du DMP en ligne ; displayed : url
  open_images: A_REMPLIR, // patient_id, unique_id : ouverture des images d'un compte rendu
  declare_access: A_REMPLIR, // patient_id : l'utilisateur déclare lui-même son autorisation
  revoke_access: A_REMPLIR, // patient_id : il la retire
  // Inspection
  inspect: A_REMPLIR, // view, patient_id : ce que garde le produit ; traces, displayed : at, who, what
  // Banc, facultatifs
  settle: A_REMPLIR, // aucun champ : répondre quand il ne reste rien à envoyer
  set_clock: A_REMPLIR, // at : l'heure du produit devient celle-ci
  reset: A_REMPLIR, // aucun champ : fermer les sessions et les écrans, garder les dossiers
}

/** Trois verbes pour l'exemple, tenus en mémoire. À REMPLIR : l'appel de votre produit, et les autres verbes. */
export class MyRis {
  static description = {
    ...PRODUCT,
    verbs: Object.fromEntries(Object.entries(VERBS).filter(([, options]) => options !== A_REMPLIR)),
  }

  constructor(surroundings) {
    this.surroundings = surroundings // adresse du DMP, autorité, certificats, utilisateurs, dossier de travail
    this.patients = new Map()
    this.exams = new Map()
    this.drafts = new Map()
  }

  register_patient({ patient }) {
    this.patients.set(patient.local_id, patient)
    return { status: 'done' }
  }

  register_exam({ exam }) {
    if (!this.patients.has(exam.patient_id)) return { status: 'refused', messages: ['Patient inconnu.'] }
    this.exams.set(exam.exam_id, exam)
    return { status: 'done' }
  }

  save_draft({ report }) {
    this.drafts.set(report.report_id, report)
    return { status: 'done' }
  }
}

// --- Une requête après l'autre, quel que soit le chemin --------------------------------------------------------------

/** Répond à chaque requête avec `Product`. */
class Dialogue {
  constructor(Product) {
    this.Product = Product
    this.product = null
  }

  /** La réponse. `error` est une panne du pilote ; ce que le produit refuse est un `outcome`. */
  async reply(request) {
    try {
      return { id: request.id, ...(await this.answer(request)) }
    } catch (error) {
      console.error(error)
      return { id: request.id, error: String(error) }
    }
  }

  async answer(request) {
    switch (request.request) {
      case 'describe':
        return { description: this.Product.description }
      case 'start': // un serveur en voit un par exécution : chacune repart de rien
        this.product = new this.Product(request.surroundings)
        return {}
      case 'call': {
        const name = request.verb.verb
        const known = Object.hasOwn(this.Product.description.verbs, name)
        return { outcome: known ? await this.product[name](request.verb) : { status: 'unsupported' } }
      }
      default: // stop
        return {}
    }
  }
}

/** Lit les requêtes jusqu'à « stop ». Les lignes sont coupées à la main : readline coupe aussi à U+2028. */
async function overPipes(dialogue) {
  console.log = console.error // la sortie standard est au banc
  let received = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) {
    received += chunk
    for (let end = received.indexOf('\n'); end >= 0; end = received.indexOf('\n')) {
      const request = JSON.parse(received.slice(0, end))
      received = received.slice(end + 1)
      process.stdout.write(JSON.stringify(await dialogue.reply(request)) + '\n')
      if (request.request === 'stop') return
    }
  }
}

/** N'écoute que sur cette machine. La page d'un navigateur ne peut rien y poster : il lui faudrait un accord. */
function overHttp(dialogue, port) {
  const token = process.env.DMP_IMAGERIE_HTTP_TOKEN
  const server = createServer(async (request, response) => {
    const refuse = (status) => response.writeHead(status).end()
    if (token && request.headers.authorization !== `Bearer ${token}`) return refuse(401)
    if (request.headers['content-type'] !== 'application/json') return refuse(415)
    if (request.method !== 'POST' || !/^\/(describe|start|call|stop)$/.test(request.url)) return refuse(404)
    try {
      const chunks = []
      for await (const chunk of request) chunks.push(chunk)
      const reply = JSON.stringify(await dialogue.reply(JSON.parse(Buffer.concat(chunks))))
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(reply)
    } catch {
      refuse(400) // coupée, ou pas du JSON
    }
  })
  server.listen(port, '127.0.0.1', () => console.error(`À l'écoute : http://127.0.0.1:${server.address().port}`))
}

/** Sert `Product` comme le demande la ligne de commande. */
export function serve(Product) {
  const [flag, port] = process.argv.slice(2)
  const dialogue = new Dialogue(Product)
  return flag === '--http' ? overHttp(dialogue, Number(port)) : overPipes(dialogue)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(MyRis)
