"""A product honest in everything, whose VIHF no DMP accepts: it signs them with its connection certificates."""

import msgspec

from dmp_imagerie.connectors.contract import Surroundings
from dmp_imagerie.connectors.reference.connector import ReferenceConnector


class SignsWithTheWrongKey(ReferenceConnector):
    """Takes, of each pair of certificates it is given, the one that opens TLS for the one that signs."""

    def opened(self, surroundings: Surroundings) -> None:
        keys = tuple(msgspec.structs.replace(key, signature=key.authentication) for key in surroundings.user_keys)
        wrong = {"centre_seal": surroundings.centre_tls, "user_keys": keys}
        super().opened(msgspec.structs.replace(surroundings, **wrong))
