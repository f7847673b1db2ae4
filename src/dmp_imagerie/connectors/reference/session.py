"""Who is signed in at the reference RIS, with which means, and how they speak to the DMP.

Promises that the DMP hears the user's own identity and roles, in the mode of the means they used: DIRECTE with a CPS,
INDIRECTE_RENFORCEE with an e-CPS; no other means opens the consultation. Source: DMP interface §2 and §6.1.
"""

from dmp_imagerie.connectors.contract import Outcome, Surroundings
from dmp_imagerie.connectors.inprocess import RefusedError, done
from dmp_imagerie.connectors.reference.decisions import Decisions
from dmp_imagerie.connectors.reference.decisions.consultation import real_roles
from dmp_imagerie.connectors.reference.desk import Desk
from dmp_imagerie.connectors.reference.dmp_client import Voice
from dmp_imagerie.model.values import Means, Professional

SMARTCARD = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"
MOBILE = "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"  # noqa: S105 - the name of a SAML class
BROWSER = "APP_BROWSER_AUTH"
"""AuthnContextDecl of the AIR mode. The official sample writes another value: DMP interface §10."""


def voice_of_structure(surroundings: Surroundings, user: Professional) -> Voice:
    """The centre, for this user, with its own certificate (VIHF INDIRECTE): it may feed and delete, never read."""
    return Voice(
        user=user,
        roles=real_roles(user),
        mode="INDIRECTE",
        authn_context=PASSWORD,
        tls=surroundings.centre_tls,
        seal=surroundings.centre_seal,
    )


def voice_with_e_cps(surroundings: Surroundings, user: Professional) -> Voice:
    """The user, strongly authenticated elsewhere, under the centre's certificate (VIHF INDIRECTE_RENFORCEE)."""
    return Voice(
        user=user,
        roles=real_roles(user),
        mode="INDIRECTE_RENFORCEE",
        authn_context=MOBILE,
        authn_decl=BROWSER,
        tls=surroundings.centre_tls,
        seal=surroundings.centre_seal,
    )


class Session:
    """The session of the workstation."""

    def __init__(self, surroundings: Surroundings, desk: Desk, decisions: Decisions) -> None:
        self._surroundings = surroundings
        self._users = {user.ps_id: user for user in surroundings.users}
        self._cards = {keys.ps_id: keys for keys in surroundings.user_keys}
        self._desk = desk
        self._decisions = decisions
        self._means: list[Means] = []
        self._known: list[Professional] = []

    def sign_in(self, ps_id: str, means: Means) -> Outcome:
        """Open a session, in place of the one that was open."""
        user = self._users.get(ps_id)
        if user is None:
            raise RefusedError(f"Utilisateur inconnu : « {ps_id} ».")
        # A card is put in the reader; an e-CPS stays on its holder's phone, the product only learns that it answered.
        if means is Means.CPS and (means not in user.means or ps_id not in self._cards):
            raise RefusedError(f"Aucune carte CPS pour {user.given_name} {user.family_name}.")
        self._desk.user = user
        self._means.append(means)
        self._known = [*(one for one in self._known if one.ps_id != ps_id), user]
        return done(f"Session ouverte : {user.given_name} {user.family_name}.")

    def forget(self) -> None:
        """Nobody was ever signed in."""
        self._desk.user = None
        self._known.clear()
        self._means.clear()

    def user(self) -> Professional:
        """Whoever is signed in. Raises RefusedError when nobody is."""
        if self._desk.user is None:
            raise RefusedError("Aucune session ouverte avec un moyen d'authentification forte (CPS ou e-CPS).")
        return self._desk.user

    def previous(self) -> Professional | None:
        """The other user who was signed in last."""
        others = [one for one in self._known if one != self._desk.user]
        return others[-1] if others else None

    def voice(self) -> Voice:
        """The signed-in user before the DMP. Raises RefusedError without a session opened with a strong means."""
        user, means = self.user(), self._means_shown()
        if not self._decisions.means_accepted(means):
            raise RefusedError(
                f"Session ouverte par « {means} » : le DMP ne se consulte qu'avec une carte CPS ou une e-CPS."
            )
        return self._voice(self._decisions.speaks_for(user, self.previous()), means)

    def declaring_voice(self) -> Voice:
        """The same, when it declares the authorisation (TD0.3)."""
        user = self._decisions.declarant(self.voice().user)
        return self._voice(user, self._decisions.declares_with(self._means_shown()))

    def _means_shown(self) -> Means:
        """What the DMP is told of the means of the session; somebody is signed in."""
        *before, means = self._means
        return self._decisions.speaks_with(means, before[-1] if before else None)

    def _voice(self, user: Professional, means: Means) -> Voice:
        """This user, heard through the means of whoever is signed in: a card stays in its reader."""
        roles = self._decisions.roles_of_user(self._decisions.whose_roles(user, self.previous()))
        if means is Means.CPS:
            card = self._cards[self.user().ps_id]
            return Voice(
                user=user,
                roles=roles,
                mode="DIRECTE",
                authn_context=SMARTCARD,
                tls=card.authentication,
                seal=card.signature,
            )
        speak = voice_with_e_cps if means is Means.E_CPS else voice_of_structure
        return speak(self._surroundings, user).with_roles(roles)
