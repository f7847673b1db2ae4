// A product that really consults the DMP, with Node's standard library only: mutual TLS under the user's test card, a
// signed VIHF, then TD0.2 (is there a DMP, may I?), TD0.3 (declare my authorisation), TD3.1 (the list of documents),
// TD3.2 (one document). It is run like connecteur.mjs, over pipes or with --http. What it cannot do (feed a DMP, e-CPS)
// it leaves unsupported. A real product would rather use an XML library: here the XML sent is written in its canonical
// form, so that it can be signed as it stands, and answers are read with regular expressions, which suits this bench
// only.

import { createHash, randomUUID, sign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as post } from 'node:https'
import { fileURLToPath } from 'node:url'

import { MyRis, serve } from './connecteur.mjs'

class Refusal extends Error {} // what the product tells its user instead of going on

const DONE = { status: 'done' }
const refusing = (act) => async function (verb) {
  try {
    return await act.call(this, verb)
  } catch (error) {
    if (error instanceof Refusal) return { status: 'refused', messages: [error.message] }
    throw error
  }
}

export class Consultation extends MyRis {
  static description = {
    ...MyRis.description,
    product: 'Mon RIS, consultation',
    verbs: {
      ...MyRis.description.verbs,
      record_information: [], record_consent: [], sign_in: ['cps'], open_dmp: [], search_documents: [],
      open_document: [], settle: [], reset: [],
    },
  }

  consents = new Map() // the patient's last answer, by patient and episode
  opened = new Map() // the DMPs on the screen of the session, by patient: for which episode, and what was listed
  session = null // the user and their card

  record_information() {
    return DONE // on the feeding of the DMP, which this product does not do: it is no agreement to its consultation
  }

  record_consent({ patient_id, episode = '', agreement, informed = true }) {
    this.consents.set(`${patient_id} ${episode}`, { agreement, informed })
    return DONE
  }

  sign_in({ ps_id, means }) {
    if (means !== 'cps') return { status: 'unsupported' } // this product knows no other
    const user = this.surroundings.users.find((one) => one.ps_id === ps_id)
    const card = this.surroundings.user_keys.find((one) => one.ps_id === ps_id)
    if (!user || !card) return { status: 'refused', messages: ['Carte inconnue.'] }
    this.reset()
    this.session = { user, card }
    return DONE
  }

  reset() {
    this.session = null
    this.opened.clear()
    return DONE
  }

  settle() {
    return DONE // each verb ends with its last exchange: nothing is ever left to send
  }

  open_dmp = refusing(async ({ patient_id, answers = {} }) => {
    const ins = this.insOf(patient_id)
    const episode = answers.episode ?? ''
    this.opened.delete(patient_id)
    this.requireAgreement(patient_id, episode)
    const found = await this.exchange('TD0.2', ins, existence(ins, this.surroundings.centre.oid_root))
    if (first(found, /<queryResponseCode code="(\w+)"/) !== 'OK') throw new Refusal("Le patient n'a pas de DMP.")
    if (first(found, /<patient .*?<statusCode code="(\w+)"/s) !== 'active') throw new Refusal('Le DMP est fermé.')
    const authorisation = first(found, /code="AUTORISATION".*?<value code="(\w+)"/s)
    if (authorisation === 'INTERDIT') throw new Refusal('Le patient vous a bloqué son DMP.')
    if (authorisation !== 'VALIDE') {
      const body = '<setAuthorization xmlns="urn:si-dmp-habilitations"><action>AJOUT</action></setAuthorization>'
      const status = first(await this.exchange('TD0.3', ins, body), /<status>(\w+)</)
      if (status !== 'DMPOk') throw new Refusal(`Le DMP a refusé votre autorisation (${status}).`)
    }
    this.opened.set(patient_id, { episode, listed: new Map() })
    return DONE
  })

  search_documents = refusing(async ({ patient_id }) => {
    const screen = this.onScreen(patient_id)
    const ins = this.insOf(patient_id)
    const found = await this.exchange('TD3.1', ins, query(ins))
    const rows = found.match(/<ExtrinsicObject .*?<\/ExtrinsicObject>/gs) ?? []
    const documents = rows.map((row) => ({
      unique_id: first(row, /<ExternalIdentifier [^>]*2e82c1f6-a085-4c72-9da3-8640a32e42ab" value="([^"]*)"/),
      title: unescaped(first(row, /<\/Slot><Name><LocalizedString [^>]*value="([^"]*)"/)),
      repository: first(row, /<Slot name="repositoryUniqueId"><ValueList><Value>([^<]*)</),
    }))
    screen.listed = new Map(documents.map((one) => [one.unique_id, one]))
    return { status: 'done', displayed: documents.map(({ unique_id, title }) => ({ unique_id, title })) }
  })

  open_document = refusing(async ({ patient_id, unique_id }) => {
    const document = this.onScreen(patient_id).listed.get(unique_id)
    if (!document) throw new Refusal("Ce document n'est pas dans la liste montrée.")
    const found = await this.exchange('TD3.2', this.insOf(patient_id), retrieval(document))
    if (!/\bstatus="[^"]*:Success"/.test(found)) throw new Refusal("Le DMP n'a pas donné ce document.")
    return { status: 'done', displayed: [{ unique_id, title: document.title }] }
  })

  /** The DMP on the screen, as long as the patient agrees: they may have changed their mind since it was opened. */
  onScreen(patient_id) {
    const screen = this.opened.get(patient_id)
    if (!screen) throw new Refusal("Le DMP de ce patient n'est pas ouvert.")
    this.requireAgreement(patient_id, screen.episode)
    return screen
  }

  requireAgreement(patient_id, episode) {
    const consent = this.consents.get(`${patient_id} ${episode}`)
    if (!consent?.informed || consent.agreement !== 'accord')
      throw new Refusal("L'accord du patient, informé, n'est pas tracé pour cette prise en charge.")
  }

  insOf(patient_id) {
    if (!this.session) throw new Refusal('Ouvrez une session avec votre carte CPS.')
    const { ins, identity_status = 'qualifiée' } = this.patients.get(patient_id) ?? {}
    if (!ins || identity_status !== 'qualifiée') throw new Refusal("L'identité n'est pas qualifiée.")
    return { oid: '1.2.250.1.213.1.4.10', ...ins }
  }

  /** Sends one message under the card of the session and returns the body of the answer. */
  exchange(transaction, ins, body) {
    const { path, action } = TRANSACTIONS[transaction]
    const { authentication } = this.session.card
    const content = envelope(action, vihf(this.session, this.surroundings, ins), body)
    const options = {
      method: 'POST',
      ca: readFileSync(this.surroundings.ca_file), // and no other authority
      cert: readFileSync(authentication.certificate),
      key: readFileSync(authentication.key),
      headers: { 'Content-Type': `application/soap+xml; charset=UTF-8; action="${action}"` },
    }
    return new Promise((resolve, reject) => {
      const sent = post(`${this.surroundings.dmp_url}/${path}`, options, (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk)).on('error', reject)
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8')
          const fault = /:Fault\b/.test(answer) && unescaped(first(answer, /:Text [^>]*>([^<]*)</))
          fault ? reject(new Refusal(`Le DMP a refusé (${transaction}) : ${fault}`)) : resolve(answer)
        })
      })
      sent.on('error', reject)
      sent.end(content)
    })
  }
}

// --- What is written: SOAP 1.2, WS-Addressing, SAML 2.0, HL7 V3, ebXML -----------------------------------------------

const TRANSACTIONS = {
  'TD0.2': { path: 'patients', action: 'urn:hl7-org:v3:PRPA_IN201307UV02' },
  'TD0.3': { path: 'habilitations', action: 'urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization' },
  'TD3.1': { path: 'registry', action: 'urn:ihe:iti:2007:RegistryStoredQuery' },
  'TD3.2': { path: 'repository', action: 'urn:ihe:iti:2007:RetrieveDocumentSet' },
}
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const WSA = 'http://www.w3.org/2005/08/addressing'
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

const text = (value) => String(value).replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c])
const quoted = (value) => String(value).replace(/[&<"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '"': '&quot;' })[c])
const unescaped = (value) =>
  value.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name])
const first = (answer, pattern) => pattern.exec(answer)?.[1] ?? ''
const cx = ({ value, oid }) => `${value}^^^&${oid}&ISO^NH`

function envelope(action, assertion, body) {
  const header = (name, content) => `<wsa:${name} soap:mustUnderstand="true">${content}</wsa:${name}>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="${WSA}"><soap:Header>\
<wsa:MessageID>urn:uuid:${randomUUID()}</wsa:MessageID><wsa:To></wsa:To>\
${header('ReplyTo', `<wsa:Address>${WSA}/anonymous</wsa:Address>`)}${header('Action', action)}\
<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">\
${assertion}</wsse:Security></soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`
}

/** The VIHF of a user with a CPS card (mode DIRECTE), signed by that card. */
function vihf({ user, card }, { centre, vihf_version = '3.0' }, ins) {
  const certificate = new X509Certificate(readFileSync(card.signature.certificate))
  const [id, now] = [`_${randomUUID()}`, new Date().toISOString()]
  const saml = (name, content, more = '') => `<saml2:${name}${more}>${content}</saml2:${name}>`
  const value = (content) => saml('AttributeValue', text(content), ` ${XSI} xsi:type="xs:string"`)
  const coded = (tag, attributes) => saml('AttributeValue',
    `<${tag} xmlns="urn:hl7-org:v3" ${XSI} ${attributes} xsi:type="CE"></${tag}>`)
  const role = (code, system, label) =>
    code ? coded('Role', `code="${quoted(code)}" codeSystem="${system}" displayName="${quoted(label)}"`) : ''
  const attributes = {
    Identifiant_Structure: value(centre.structure_id),
    Secteur_Activite: value(`${centre.sector ?? 'SA07'}^1.2.250.1.71.4.2.4`),
    'urn:oasis:names:tc:xacml:2.0:subject:role':
      role(user.profession, '1.2.250.1.71.1.2.7', user.profession_label) +
      role(user.specialty, '1.2.250.1.71.4.2.5', user.specialty_label),
    VIHF_Version: value(vihf_version),
    Authentification_mode: value('DIRECTE'),
    'urn:oasis:names:tc:xacml:2.0:resource:resource-id': value(cx(ins)),
    Ressource_URN: value('urn:dmp'),
    'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse': coded('PurposeOfUse', 'code="normal" ' +
      'codeSystem="1.2.250.1.213.1.1.4.248" codeSystemName="mode acces VIHF 2.0" displayName="Accès normal"'),
    LPS_Nom: value(Consultation.description.product),
    LPS_Version: value(Consultation.description.version),
    LPS_ID_HOMOLOGATION_DMP: value('HOMOLOGATION-DE-TEST'),
  }
  const statements = Object.entries(attributes).map(([name, values]) => saml('Attribute', values, ` Name="${name}"`))
  const issuer = saml('Issuer', text(distinguishedName(certificate)),
    ' Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"')
  const rest = saml('Subject', saml('NameID', text(user.ps_id))) +
    saml('AuthnStatement', saml('AuthnContext', saml('AuthnContextClassRef',
      'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI')), ` AuthnInstant="${now}"`) +
    saml('AttributeStatement', statements.join(''))
  const start = `ID="${id}" IssueInstant="${now}" Version="2.0"`
  const canonical = saml('Assertion', issuer + rest, ` xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ${start}`)
  const signature = signed(id, canonical, certificate, readFileSync(card.signature.key))
  // The prefix of "xs:string" has to be declared, but exclusive canonicalisation leaves it out: it only names a value.
  return canonical
    .replace('<saml2:Assertion ', '<saml2:Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" ')
    .replace(issuer, () => issuer + signature)
}

/** An enveloped signature, RSA and SHA-256, of the element `id` whose canonical form is given. */
function signed(id, canonical, certificate, key) {
  const algorithm = (name, uri, content = '') => `<ds:${name} Algorithm="${uri}">${content}</ds:${name}>`
  const digest = createHash('sha256').update(canonical).digest('base64')
  const information = `<ds:SignedInfo xmlns:ds="${DS}">${algorithm('CanonicalizationMethod', C14N)}\
${algorithm('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}<ds:Reference URI="#${id}">\
<ds:Transforms>${algorithm('Transform', `${DS}enveloped-signature`)}${algorithm('Transform', C14N)}</ds:Transforms>\
${algorithm('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256')}<ds:DigestValue>${digest}</ds:DigestValue>\
</ds:Reference></ds:SignedInfo>`
  return `<ds:Signature xmlns:ds="${DS}">${information}\
<ds:SignatureValue>${sign('sha256', Buffer.from(information), key).toString('base64')}</ds:SignatureValue>\
<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.raw.toString('base64')}</ds:X509Certificate></ds:X509Data>\
</ds:KeyInfo></ds:Signature>`
}

/** The subject of a certificate as a VIHF writes it (RFC 2253): the last first. */
const distinguishedName = ({ subject }) =>
  subject.split('\n').reverse().join(',').replaceAll(' + ', '+').replace(/\btitle=/, '2.5.4.12=')

function existence(ins, root) {
  const device = (name, type, id, software) => `<${name} typeCode="${type}"><device classCode="DEV" \
determinerCode="INSTANCE"><id root="${id}"/><softwareName>${software}</softwareName></device></${name}>`
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  return `<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" ${XSI} ITSVersion="XML_1.0">\
<id root="${root}" extension="${randomUUID()}"/><creationTime value="${now}"/>\
<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201307UV02"/>\
<processingCode code="D"/><processingModeCode code="T"/><acceptAckCode code="AL"/>\
${device('receiver', 'RCV', '1.2.250.1.213.4.1.1.1', 'DMP')}${device('sender', 'SND', root, 'Mon RIS')}\
<attentionLine xsi:nil="true"/><controlActProcess classCode="CACT" moodCode="EVN"><reasonCode code="TEST_EXST" \
codeSystem="1.2.250.1.213.1.1.4.11" displayName="Test d'existence de dossier"/><queryByParameter>\
<queryId root="${root}" extension="${randomUUID()}"/><statusCode code="new"/><parameterList>\
<dataSource xsi:nil="true"/><patientIdentifier><value root="${ins.oid}" extension="${ins.value}"/>\
<semanticsText>Patient.id</semanticsText></patientIdentifier></parameterList></queryByParameter>\
</controlActProcess></PRPA_IN201307UV02>`
}

function query(ins) {
  const slot = (name, value) => `<Slot name="${name}"><ValueList><Value>${text(value)}</Value></ValueList></Slot>`
  return `<query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" \
xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><query:ResponseOption returnComposedObjects="true" \
returnType="LeafClass"/><AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">\
${slot('$XDSDocumentEntryPatientId', `'${cx(ins)}'`)}\
${slot('$XDSDocumentEntryStatus', "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')")}\
</AdhocQuery></query:AdhocQueryRequest>`
}

const retrieval = ({ repository, unique_id }) =>
  `<RetrieveDocumentSetRequest xmlns="urn:ihe:iti:xds-b:2007"><DocumentRequest>\
<RepositoryUniqueId>${text(repository)}</RepositoryUniqueId>\
<DocumentUniqueId>${text(unique_id)}</DocumentUniqueId></DocumentRequest></RetrieveDocumentSetRequest>`

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(Consultation)
