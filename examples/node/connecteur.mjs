// The connector of ../connecteur_minimal.py, for Node 18 or later and nothing else. The same messages, two ways:
//
//   node connecteur.mjs               one JSON object a line on standard input and output   (--connector process:…)
//   node connecteur.mjs --http 8765   the same objects posted to http://127.0.0.1:8765      (--connector http:…)
//
// A field left out of a request has its default value ("dmp-imagerie contract" prints them). Replace each body by what
// your product does, and add one method per verb. Never answer "done" to what was not done: "unsupported" is always
// honest.

import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

export class MyRis {
  static description = {
    product: 'Mon RIS',
    version: '1.0',
    vendor: 'Ma société',
    verbs: { register_patient: [], register_exam: [], save_draft: [] },
  }

  constructor(surroundings) {
    this.surroundings = surroundings // DMP address, authority, certificates, users, work folder
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

/** Answers one request after the other with `Product`, whatever carries them. */
class Dialogue {
  constructor(Product) {
    this.Product = Product
    this.product = null
  }

  /** The reply to `request`. `error` is the connector's own failure; what the product refuses is an outcome. */
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
      case 'start': // a server sees one start a run: each begins from nothing
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

/** Reads requests from standard input until "stop". Lines are cut by hand: readline also cuts at U+2028. */
async function overPipes(dialogue) {
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

/** Listens on this machine only. A browser's page cannot post JSON here: it would need a leave we never give. */
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
      refuse(400) // cut short, or not JSON
    }
  })
  server.listen(port, '127.0.0.1', () => console.error(`À l'écoute : http://127.0.0.1:${server.address().port}`))
}

/** Serves `Product` the way the command line asks for. */
export function serve(Product) {
  const [flag, port] = process.argv.slice(2)
  const dialogue = new Dialogue(Product)
  return flag === '--http' ? overHttp(dialogue, Number(port)) : overPipes(dialogue)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(MyRis)
