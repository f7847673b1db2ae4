"""OIDs and words of a CDA imaging report, shared by the reader and the builders so that neither imports the other.

Promises that each of them is written once. Source: CI-SIS « Structuration minimale » and IMG-CR-IMG 2024.01;
DICOM PS3.20.
"""

from dmp_imagerie.wire.metadata import Code

Id = tuple[str, str]
"""An HL7 instance identifier: root (OID or UUID) and extension (``""`` when there is none)."""

PS3_20 = "urn:dicom-org:ps3-20"
"""Namespace of ``accessionNumber``."""

INS_OIDS = frozenset(f"1.2.250.1.213.1.4.{arc}" for arc in (8, 9, 10, 11))
"""Authorities of an INS: NIR, NIA, then the two of test and demonstration."""

PROFESSIONALS = "1.2.250.1.71.4.2.1"
STRUCTURES = "1.2.250.1.71.4.2.2"
FACILITY_TYPES = "1.2.250.1.71.4.2.4"
PROFESSIONS = "1.2.250.1.213.1.1.4.5"
PRACTICE_SETTINGS = "1.2.250.1.213.1.1.4.9"

LOINC = "2.16.840.1.113883.6.1"
SNOMED = "2.16.840.1.113883.6.96"
ICD10 = "2.16.840.1.113883.6.3"
DCM = "1.2.840.10008.2.16.4"
CCAM = "1.2.250.1.215.300.1"
CCAM_OLD = "1.2.250.1.213.2.5"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
GENDER = "2.16.840.1.113883.5.1"
ENCOUNTERS = "2.16.840.1.113883.5.4"

IMAGING_REPORT = Code(code="18748-4", scheme=LOINC, label="CR d'imagerie médicale")
MODALITY_QUALIFIER = Code(code="121139", scheme=DCM, label="Modalité d'imagerie")
REGION_QUALIFIER = Code(code="39111-0", scheme=LOINC, label="Localisation anatomique")

TYPE_ID = ("2.16.840.1.113883.1.3", "POCD_HD000040")
HL7_FRANCE_TEMPLATE = "2.16.840.1.113883.2.8.2.1"
CI_SIS_TEMPLATE = "1.2.250.1.213.1.1.1.1"
XDS_SD_TEMPLATE = "1.3.6.1.4.1.19376.1.2.20"
"""Level 1 only: with the two above it makes the exactly three templateIds of a level 1 report."""
CR_IMG_TEMPLATE = "1.2.250.1.213.1.1.1.45"
"""Level 3 only: the schematron forbids it at level 1."""

GENDER_LABELS = {"F": "Féminin", "M": "Masculin", "U": "Inconnu"}
CONFIDENTIALITY_LABELS = {"N": "Normal", "R": "Restreint", "V": "Très restreint"}
