"""Fixed words of the DMP interface: schemes, URNs, query ids, actions and paths, each written once.

Promises every layer above that a UUID or a URN has one spelling in the project. Vocabularies (document types,
professions …) are data of the catalogue, not constants here.
Source: IHE ITI TF-3 §4.2 and §4.3, IHE ITI TF-2 §3.18, §3.41, §3.43, §3.57; DMP interface.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Object types and nodes.
ENTRY_OBJECT_TYPE = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
SET_NODE = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
FOLDER_NODE = "urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2"
PACKAGE_OBJECT_TYPE = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage"
ASSOCIATION_OBJECT_TYPE = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association"

# Classification schemes, by the metadata field they carry.
ENTRY_AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
SET_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
ENTRY_CODES: Mapping[str, str] = MappingProxyType(
    {
        "class_code": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
        "type_code": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
        "format_code": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
        "facility_type": "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
        "practice_setting": "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
    }
)
ENTRY_CODE_LISTS: Mapping[str, str] = MappingProxyType(
    {
        "confidentiality": "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
        "event_codes": "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4",
    }
)
SET_CODES: Mapping[str, str] = MappingProxyType({"content_type": "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"})

# Identification schemes, by the metadata field they carry.
ENTRY_IDENTIFIERS: Mapping[str, str] = MappingProxyType(
    {
        "patient_id": "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",
        "unique_id": "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",
    }
)
SET_IDENTIFIERS: Mapping[str, str] = MappingProxyType(
    {
        "patient_id": "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",
        "source_id": "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832",
        "unique_id": "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8",
    }
)
IDENTIFIER_NAMES: Mapping[str, str] = MappingProxyType(
    {"patient_id": "patientId", "source_id": "sourceId", "unique_id": "uniqueId"}
)

# Slots, by the metadata field they carry: of one value, then of several. ``size`` is apart, it is a number.
ENTRY_SLOTS: Mapping[str, str] = MappingProxyType(
    {
        "creation_time": "creationTime",
        "hash": "hash",
        "language": "languageCode",
        "legal_authenticator": "legalAuthenticator",
        "repository_id": "repositoryUniqueId",
        "service_start": "serviceStartTime",
        "service_stop": "serviceStopTime",
        "source_patient_id": "sourcePatientId",
        "uri": "URI",
    }
)
ENTRY_SLOT_LISTS: Mapping[str, str] = MappingProxyType(
    {"source_patient_info": "sourcePatientInfo", "reference_ids": "urn:ihe:iti:xds:2013:referenceIdList"}
)
SIZE_SLOT = "size"
SET_SLOTS: Mapping[str, str] = MappingProxyType({"submission_time": "submissionTime"})
SET_SLOT_LISTS: Mapping[str, str] = MappingProxyType({"intended_recipients": "intendedRecipient"})
AUTHOR_SLOTS: Mapping[str, str] = MappingProxyType({"person": "authorPerson"})
AUTHOR_SLOT_LISTS: Mapping[str, str] = MappingProxyType(
    {"institutions": "authorInstitution", "specialties": "authorSpecialty", "roles": "authorRole"}
)
CODING_SCHEME_SLOT = "codingScheme"

# Associations and their slots.
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
RPLC = "urn:ihe:iti:2007:AssociationType:RPLC"
RPLC_2010 = "urn:ihe:iti:2010:AssociationType:RPLC"  # misspelling of an old kit, tolerated with a warning
SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
UPDATE_AVAILABILITY = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
SET_STATUS_SLOT = "SubmissionSetStatus"
PREVIOUS_VERSION_SLOT = "PreviousVersion"
ORIGINAL_STATUS_SLOT = "OriginalStatus"
NEW_STATUS_SLOT = "NewStatus"

# Availability of a document.
APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
DEPRECATED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
ARCHIVED = "urn:asip:ci-sis:2010:StatusType:Archived"
DELETED = "urn:asip:ci-sis:2010:StatusType:Deleted"

# Status of a registry response (short word → URN) and severities.
RESPONSE_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "Success": "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success",
        "Failure": "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure",
        "PartialSuccess": "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess",
    }
)
SEVERITY_ERROR = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"
SEVERITY_WARNING = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"

# Stored queries (ITI-18, TD3.1).
FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
FIND_SUBMISSION_SETS = "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9"
GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
GET_ASSOCIATIONS = "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155"
GET_DOCUMENTS_AND_ASSOCIATIONS = "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a"
FIND_DOCUMENTS_BY_REFERENCE_ID = "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492"

# Transactions: WS-Addressing actions (request, response) and last segment of the address.
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "TD0.2": "urn:hl7-org:v3:PRPA_IN201307UV02",
        "TD0.3": "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization",
        "TD0.4": "urn:si-dmp-patients:PatientSpecificEndPoint:patientList",
        "TD0.5": "urn:hl7-org:v3:PRPA_IN201305UV02",
        "TD1.6": "urn:si-dmp-habilitations:HabilitationsEndPoint:listAuthorizationByPatient",
        "TD2.1": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
        "TD2.2": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
        "TD3.1": "urn:ihe:iti:2007:RegistryStoredQuery",
        "TD3.2": "urn:ihe:iti:2007:RetrieveDocumentSet",
        "TD3.3": "urn:ihe:iti:2010:UpdateDocumentSet",
    }
)
RESPONSE_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "TD0.2": "urn:hl7-org:v3:PRPA_IN201308UV02",
        "TD0.3": "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorizationResponse",
        "TD0.4": "urn:si-dmp-patients:PatientSpecificEndPoint:patientListResponse",
        "TD0.5": "urn:hl7-org:v3:PRPA_IN201306UV02",
        "TD1.6": "urn:si-dmp-habilitations:HabilitationsEndPoint:listAuthorizationByPatientResponse",
        "TD2.1": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
        "TD2.2": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
        "TD3.1": "urn:ihe:iti:2007:RegistryStoredQueryResponse",
        "TD3.2": "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
        "TD3.3": "urn:ihe:iti:2010:UpdateDocumentSet-Response",
    }
)
PATHS: Mapping[str, str] = MappingProxyType(
    {
        "TD0.2": "patients",
        "TD0.3": "habilitations",
        "TD0.4": "patientsSpecific",
        "TD0.5": "patientsPDQ",
        "TD1.6": "habilitations",
        "TD2.1": "repository",
        "TD2.2": "repository",
        "TD3.1": "registry",
        "TD3.2": "repository",
        "TD3.3": "registry",
    }
)

# TD0.2: roots and code systems of the HL7v3 messages.
DMP_DEVICE = "1.2.250.1.213.4.1.1.1"
HL7_INTERACTIONS = "2.16.840.1.113883.1.6"
REASON_SCHEME = "1.2.250.1.213.1.1.4.11"
TEST_EXISTENCE = "TEST_EXST"
AUTHORISATION_KEY = "AUTORISATION"
AUTHORISATION_KEY_SCHEME = "1.2.250.1.213.4.1.2.6.1"
AUTHORISATION_SCHEME = "1.2.250.1.213.4.1.2.6.2"
TREATING_PHYSICIAN_KEY = "STATUT_MT"
TREATING_PHYSICIAN_KEY_SCHEME = "1.2.250.1.213.4.1.2.6.3"
CLOSING_REASON_SCHEME = "1.2.250.1.213.4.1.2.4"
INTERNET_ACCOUNT = "COMPTE_INTERNET_OUVERT"
INTERNET_ACCOUNT_SCHEME = "1.2.250.1.213.4.1.2.9"
MON_ESPACE_SANTE = "RATTACHEMENT_ENS"
MON_ESPACE_SANTE_SCHEME = "1.2.250.1.213.4.1.2.3"

# TD0.3.
AUTHORISATION_ACTIONS = ("AJOUT", "SUPPRESSION")
TREATING_PHYSICIAN_ROLE = "MEDECIN_TRAITANT"
AUTHORISATION_DONE = "DMPOk"

REPOSITORY_ID = "1.2.250.1.213.4.1.1.1.2"
