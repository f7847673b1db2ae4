"""One example of each message of the contract, request and reply, for the published description.

The patient is the official fictional identity of the DMP's test environments; the rest is invented.
"""

from dmp_imagerie.connectors import contract as c
from dmp_imagerie.model.values import (
    Agreement,
    Centre,
    Exam,
    IdentityStatus,
    Ins,
    Means,
    Patient,
    Professional,
    Report,
    Visibility,
)

_IPP, _EXAM, _REPORT, _PS, _DOCUMENT = "IPP0001", "EX0001", "CR-A0001", "899900063480", "1.2.250.1.999.1.1.7898.4.1"
_DONE = c.Outcome(status=c.Status.DONE)

_PATIENT = Patient(
    alias="patiente",
    local_id=_IPP,
    ins=Ins(value="279035121518989"),
    family_name="PAT-TROIS",
    given_names=("DOMINIQUE",),
    birth_date="1979-03-28",
    sex="F",
)
_EXAMINATION = Exam(
    alias="examen",
    exam_id=_EXAM,
    patient_id=_IPP,
    order_number="D0001",
    accession_number="A0001",
    study_uid="1.2.250.1.999.1.1.7898.2.1",
    performed_at="2026-11-23T09:00:00+01:00",
    episode="EP0001",
)
_WRITTEN = Report(
    report_id=_REPORT,
    exam_id=_EXAM,
    title="Radiographie du thorax",
    text="Technique : face debout.\nConclusion : pas d'anomalie visible.",
)

SURROUNDINGS = c.Surroundings(
    dmp_url="https://127.0.0.1:8443/si-dmp-server/v2/services",
    ca_file="pki/ac.crt",
    centre=Centre(name="CENTRE D'IMAGERIE D'ESSAI", structure_id="110B0127189"),
    centre_tls=c.KeyPair(certificate="pki/ORG_AUTH_CLI.crt", key="pki/ORG_AUTH_CLI.key"),
    centre_seal=c.KeyPair(certificate="pki/ORG_SIGN.crt", key="pki/ORG_SIGN.key"),
    users=(
        Professional(
            alias="radiologue",
            ps_id=_PS,
            family_name="LIBRE",
            given_name="MAX",
            profession="10",
            profession_label="Médecin",
            specialty="SM44",
            specialty_label="Radio-diagnostic (SM)",
        ),
    ),
    user_keys=(
        c.UserKeys(
            ps_id=_PS,
            authentication=c.KeyPair(certificate=f"pki/{_PS}_AUTH.crt", key=f"pki/{_PS}_AUTH.key"),
            signature=c.KeyPair(certificate=f"pki/{_PS}_SIGN.crt", key=f"pki/{_PS}_SIGN.key"),
        ),
    ),
    work_dir="runs/essai/connecteur/1",
)

DESCRIPTION = c.Description(
    product="Mon RIS",
    version="1.0",
    vendor="Ma société",
    verbs={"register_patient": (), "sign_in": (Means.CPS, Means.E_CPS)},
    profile={"drimbox": False},
)

FAULT = "la base de test est verrouillée"
"""What a connector says of its own failure."""

VERBS: tuple[tuple[c.AnyVerb, c.Outcome], ...] = (
    (c.RegisterPatient(patient=_PATIENT), _DONE),
    (c.UpdatePatient(patient=_PATIENT), _DONE),
    (
        c.VerifyIdentity(patient_id=_IPP, result="ok", status=IdentityStatus.QUALIFIED),
        c.Outcome(status=c.Status.DONE, messages=("Identité qualifiée.",)),
    ),
    (c.RegisterExam(exam=_EXAMINATION), _DONE),
    (c.RecordInformation(patient_id=_IPP, informed=True), _DONE),
    (c.RecordConsent(patient_id=_IPP, agreement=Agreement.GIVEN, episode="EP0001"), _DONE),
    (
        c.SignIn(ps_id=_PS, means=Means.CERTIFICATE),
        c.Outcome(status=c.Status.REFUSED, messages=("Identifiez-vous par votre carte CPS.",)),
    ),
    (c.SignOut(), _DONE),
    (c.SaveDraft(report=_WRITTEN), _DONE),
    (c.SetVisibility(report_id=_REPORT, hidden=(Visibility.HIDDEN_FROM_PATIENT,)), _DONE),
    (c.RequireAnnouncement(report_id=_REPORT), _DONE),
    (
        c.ValidateReport(report_id=_REPORT, ps_id=_PS, answers={"confirmation": "oui"}),
        c.Outcome(status=c.Status.ACCEPTED, confirmations=("Envoyer le compte rendu au DMP ?",)),
    ),
    (c.WithholdReport(report_id=_REPORT, reason="Demande du patient"), _DONE),
    (c.ReplaceReport(report=_WRITTEN, ps_id=_PS), c.Outcome(status=c.Status.ACCEPTED)),
    (c.DeleteReport(report_id=_REPORT, reason="Erreur de patient"), _DONE),
    (c.MarkAnnounced(report_id=_REPORT), _DONE),
    (c.CatchUp(exam_ids=(_EXAM,)), c.Outcome(status=c.Status.UNSUPPORTED)),
    (
        c.OpenDmp(patient_id=_IPP, answers={"episode": "EP0001"}),
        c.Outcome(status=c.Status.REFUSED, messages=("L'accord du patient n'a pas été recueilli.",)),
    ),
    (
        c.SearchDocuments(patient_id=_IPP),
        c.Outcome(
            status=c.Status.DONE,
            displayed=({"unique_id": _DOCUMENT, "title": "Compte rendu d'imagerie médicale"},),
        ),
    ),
    (
        c.OpenDocument(patient_id=_IPP, unique_id=_DOCUMENT),
        c.Outcome(status=c.Status.DONE, displayed=({"unique_id": _DOCUMENT},)),
    ),
    (c.ImportDocument(patient_id=_IPP, unique_id=_DOCUMENT), _DONE),
    (
        c.OpenWebDmp(patient_id=_IPP),
        c.Outcome(
            status=c.Status.DONE,
            displayed=({"url": "https://127.0.0.1:8443/AccesDirect/DossierPatient/279035121518989"},),
        ),
    ),
    (c.OpenImages(patient_id=_IPP, unique_id=_DOCUMENT), c.Outcome(status=c.Status.UNSUPPORTED)),
    (
        c.DeclareAccess(patient_id=_IPP),
        c.Outcome(status=c.Status.FAILED, messages=("Le DMP ne répond pas.",)),
    ),
    (c.RevokeAccess(patient_id=_IPP), _DONE),
    (
        c.Inspect(view="traces", patient_id=_IPP),
        c.Outcome(
            status=c.Status.DONE,
            displayed=({"at": "2026-11-23T09:12:00+01:00", "who": f"{_PS} LIBRE", "what": "accord oral recueilli"},),
        ),
    ),
    (c.Settle(), _DONE),
    (c.SetClock(at="2026-11-23T09:00:00+01:00"), _DONE),
    (c.Reset(), _DONE),
)
"""Each verb of the contract, in its order, and an answer a product may give."""
