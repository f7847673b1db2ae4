"""A product that lists the documents of the DMP and leaves their reading to another program."""

from dmp_imagerie.connectors import contract
from dmp_imagerie.connectors.inprocess import refused
from dmp_imagerie.connectors.reference.connector import ReferenceConnector


class ListsOnly(ReferenceConnector):
    """Honest, but opens no document of the DMP itself."""

    def open_document(self, _verb: contract.OpenDocument) -> contract.Outcome:
        return refused("Ouvrez ce document sur le site du DMP.")
