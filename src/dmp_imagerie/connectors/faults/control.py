"""The defect nobody can miss: without it seen, a self-test proves nothing."""

from dmp_imagerie.connectors.faults.fault import Family, Fault

CONTROL = Fault(
    name="temoin-letal",
    breaks="DMP-INS-01",
    also=("DMP-INS-02", "DMP-CON-01", "DMP-CON-19", "DMP-AUT-03"),
    family=Family.DECISION,
    doc="Envoie tout et consulte tout, pour tous, par tous les moyens, sans rien regarder.",
    decisions={
        "may_send": lambda patient: patient.ins is not None,
        "may_feed": lambda _information: True,
        "may_consult": lambda _consent: True,
        "means_accepted": lambda _means: True,
    },
)
"""Not one of ``FAULTS``: it is planted to show that the self-test itself sees, and is never counted."""
