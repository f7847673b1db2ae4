"""The transactions the DMP simulates, by address and by the body they carry."""

from typing import Any

from dmp_imagerie.endpoint.transactions.base import Transaction
from dmp_imagerie.endpoint.transactions.td02 import Existence
from dmp_imagerie.endpoint.transactions.td03 import Authorisation
from dmp_imagerie.endpoint.transactions.td04 import PatientList
from dmp_imagerie.endpoint.transactions.td21 import ProvideAndRegister
from dmp_imagerie.endpoint.transactions.td31 import RegistryStoredQuery
from dmp_imagerie.endpoint.transactions.td32 import Retrieve
from dmp_imagerie.endpoint.transactions.td33 import UpdateDocuments
from dmp_imagerie.wire.codes import PATHS

TRANSACTIONS: dict[tuple[str, str], Transaction[Any]] = {
    (PATHS[transaction.name], transaction.element): transaction
    for transaction in (
        Existence(),
        Authorisation(),
        PatientList(),
        ProvideAndRegister(),
        RegistryStoredQuery(),
        Retrieve(),
        UpdateDocuments(),
    )
}
"""By last segment of the address and qualified name of the body."""
