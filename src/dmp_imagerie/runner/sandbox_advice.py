"""What each refusal of the DMP means and what to do about it, in French, for the person who reads the live page.

Source: answers observed on the DMP (survey of real connectors §4.3), IHE ITI TF-3 table 4.2.4.1-2, DMP interface §1-§6.
"""

from collections.abc import Mapping

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.model.plain import Plain


class Advice(Plain):
    """What a code means, and what to do."""

    meaning: str
    action: str


_UNKNOWN = Advice(
    meaning="Le DMP a refusé la demande.", action="Lire le motif dans la réponse, au bas de la page de l'échange."
)
_ADVICE: Mapping[str, tuple[str, str]] = {
    refusals.HEADER_REQUIRED: (
        "Il manque un en-tête WS-Addressing.",
        "Envoyer wsa:Action, wsa:MessageID, wsa:To (il peut être vide) et wsa:ReplyTo.",
    ),
    refusals.HEADER_INVALID: (
        "Un en-tête WS-Addressing est répété.",
        "N'envoyer chaque en-tête qu'une fois : la pile SOAP en ajoute souvent un second.",
    ),
    refusals.MUST_UNDERSTAND: (
        "wsse:Security porte mustUnderstand, ce que le DMP refuse.",
        "Retirer l'attribut mustUnderstand de wsse:Security.",
    ),
    refusals.VERSION_MISMATCH: (
        "L'enveloppe est en SOAP 1.1 : le DMP parle SOAP 1.2.",
        "Écrire l'enveloppe dans l'espace de noms http://www.w3.org/2003/05/soap-envelope.",
    ),
    refusals.INVALID_CERTIFICATE: (
        "Le VIHF est signé avec un certificat que le DMP n'accepte pas, ou sa signature ne tient pas.",
        "Signer avec le certificat de signature (CPS signature ou ORG_SIGN) et ne plus toucher à l'assertion ensuite.",
    ),
    refusals.PATIENT_MISMATCH: (
        "Le patient du message n'est pas celui du VIHF (ou son OID diffère).",
        "Mettre la même INS et le même OID dans resource-id du VIHF et dans la demande.",
    ),
    refusals.UNIQUE_ID_ERROR: (
        "Aucun document ne porte ce uniqueId dans ce DMP.",
        "Demander le uniqueId rendu par TD3.1, pas l'entryUUID.",
    ),
    refusals.UNKNOWN_PATIENT: (
        "Ce patient n'a pas de DMP.",
        "Tester l'existence du DMP (TD0.2) avant de déposer, et ne pas déposer quand elle répond NF.",
    ),
    refusals.UNREADABLE: (
        "Le message ne peut pas être lu.",
        "Voir le motif dans la réponse : SOAP 1.2, XML bien formé, parties MTOM complètes.",
    ),
    refusals.UNKNOWN_PATH: (
        "L'adresse n'est celle d'aucun service.",
        "Prendre une des adresses de service affichées au démarrage (registry, repository, patients, habilitations).",
    ),
    refusals.UNKNOWN_OPERATION: (
        "Cette opération n'est pas simulée sur ce service.",
        "Vérifier que le message va au bon service : chaque adresse affichée dit ses transactions.",
    ),
    refusals.VIHF_MISSING: (
        "Il n'y a pas de VIHF, ou il est illisible.",
        "Mettre l'assertion SAML 2.0 dans l'en-tête wsse:Security.",
    ),
    refusals.VIHF_INCOMPLETE: (
        "Il manque au VIHF qui parle, ou de quel patient, ou le mode d'authentification.",
        "Renseigner NameID (PS_IdNat), resource-id (INS) et Authentification_Mode.",
    ),
    refusals.VIHF_UNSIGNED: (
        "Le VIHF n'est pas signé.",
        "Signer l'assertion : ORG_SIGN en modes indirects, CPS signature en mode direct.",
    ),
    refusals.SPECIALTY_MISSING: (
        "Le professionnel est médecin ou pharmacien et le VIHF ne dit pas sa spécialité.",
        "Ajouter un second rôle : la spécialité (par exemple SM44, OID 1.2.250.1.71.4.2.5).",
    ),
    refusals.MODE_FORBIDDEN: (
        "Ce mode d'authentification n'ouvre pas cette transaction.",
        "Choisir le mode selon l'acte : consulter (TD3.1, TD3.2) veut un mode direct ou indirect renforcé.",
    ),
    refusals.NO_DMP: (
        "Ce patient n'a pas de DMP.",
        "Tester l'existence du DMP (TD0.2) avant de consulter.",
    ),
    refusals.CLOSED_DMP: (
        "Le DMP de ce patient est fermé.",
        "Lire l'état rendu par TD0.2 et ne pas aller plus loin quand il n'est pas actif.",
    ),
    refusals.NOT_AUTHORISED: (
        "Ce professionnel n'a pas d'autorisation d'accès en cours.",
        "Déclarer l'autorisation (TD0.3, AJOUT) une fois l'accord du patient recueilli, puis recommencer.",
    ),
    refusals.BLOCKED: (
        "Le patient a bloqué ce professionnel.",
        "Ne pas insister : dire au professionnel que l'accès est bloqué par le patient.",
    ),
    refusals.OPPOSED: (
        "Le patient s'est opposé à ce mode d'accès (urgence ou régulation).",
        "Ne pas insister : reprendre en accès normal, avec une autorisation en cours.",
    ),
    refusals.PURPOSE_FORBIDDEN: (
        "Ce mode d'accès (PurposeOfUse) n'ouvre pas cette transaction.",
        "Envoyer le mode d'accès « normal », hors urgence et régulation médicale.",
    ),
    refusals.NOT_AUTHOR: (
        "Seul l'auteur du document, ou sa structure, peut le modifier ainsi.",
        "Ne proposer ce changement qu'à l'auteur du document ou dans sa structure.",
    ),
    refusals.TOO_LARGE: (
        "Le message dépasse ce que le DMP lit.",
        "Réduire les documents : le DMP reçoit des comptes rendus, pas des images.",
    ),
    refusals.METHOD: ("La méthode HTTP n'est pas POST.", "Envoyer les messages SOAP en POST."),
    refusals.AWAY: (
        "Le DMP est momentanément indisponible (HTTP 503).",
        "Garder le document et le renvoyer plus tard, après avoir relu l'identité du patient.",
    ),
    refusals.KIT_FAULT: (
        "Erreur interne du banc : le produit n'est pas en cause.",
        "Garder le journal de l'exécution et le joindre à un signalement.",
    ),
    "XDSRepositoryMetadataError": (
        "Le lot ou une fiche est incomplet.",
        "Voir l'emplacement dans la réponse : lot absent, lot sans document, fiche sans uniqueId.",
    ),
    "XDSRegistryError": (
        "Le registre a refusé le dépôt (ici : DMP fermé).",
        "Lire l'état rendu par TD0.2 avant de déposer.",
    ),
    "XDSMissingDocument": (
        "Une fiche n'a pas son document.",
        "Mettre un Document dont l'id est celui de la fiche, et sa partie MTOM.",
    ),
    "XDSMissingDocumentMetadata": (
        "Un document n'a pas sa fiche.",
        "Mettre un ExtrinsicObject dont l'id est celui du Document.",
    ),
    "XDSNonIdenticalHash": (
        "Le hash de la fiche n'est pas celui du document reçu.",
        "Calculer le SHA-1 sur les octets envoyés, tels quels (comparer aux mesures de l'échange).",
    ),
    "XDSNonIdenticalSize": (
        "La taille de la fiche n'est pas celle du document reçu.",
        "Compter les octets envoyés, tels quels (comparer aux mesures de l'échange).",
    ),
    "XDSDuplicateUniqueIdInRegistry": (
        "Un document porte déjà ce uniqueId.",
        "Donner un uniqueId neuf à chaque document, version remplaçante comprise.",
    ),
    "XDSReplaceFailed": (
        "Le document à remplacer est inconnu de ce DMP.",
        "Viser l'entryUUID rendu par TD3.1 (association RPLC).",
    ),
    "XDSRegistryDeprecatedDocumentError": (
        "Le document à remplacer est déjà obsolète.",
        "Chercher de nouveau (TD3.1) et remplacer la version en vigueur.",
    ),
    "XDSMetadataUpdateError": (
        "Le changement vise un document inconnu de ce DMP.",
        "Viser l'entryUUID rendu par TD3.1.",
    ),
    "XDSMetadataUpdateOperationError": (
        "Ce changement n'est pas de ceux que TD3.3 permet.",
        "Un seul changement par lot : visibilité, archivage ou suppression ; voir le motif dans la réponse.",
    ),
    "XDSMetadataVersionError": (
        "La version modifiée n'est pas la dernière.",
        "Chercher de nouveau (TD3.1) et repartir de la version en vigueur.",
    ),
    "UnmodifiableMetadataError": (
        "Une métadonnée qui ne peut pas changer a changé.",
        "Renvoyer les autres métadonnées telles que TD3.1 les a rendues.",
    ),
    "XDSUnknownStoredQuery": (
        "Cette requête enregistrée n'est pas simulée.",
        "Prendre FindDocuments ou GetDocuments (ITI-18).",
    ),
    "XDSStoredQueryMissingParam": (
        "Il manque un paramètre obligatoire à la recherche.",
        "Ajouter le paramètre nommé dans la réponse.",
    ),
    "XDSUnknownRepositoryId": (
        "Le repositoryUniqueId n'est pas celui du DMP.",
        "Reprendre le repositoryUniqueId rendu par TD3.1.",
    ),
}


def advice(code: str) -> Advice:
    """Return what the refusal ``code`` means; a code that is not known here is sent back to its own words."""
    known = _ADVICE.get(code)
    return Advice(meaning=known[0], action=known[1]) if known else _UNKNOWN


def known_codes() -> frozenset[str]:
    """Return the codes that have words of their own."""
    return frozenset(_ADVICE)
