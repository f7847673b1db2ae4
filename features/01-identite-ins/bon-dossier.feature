# language: fr
@alimentation
Fonctionnalité: Le document part dans le bon DMP
  Chaque document envoyé est associé à une identité nationale de santé (INS) qualifiée.
  C'est ce qui garantit qu'il n'arrive pas dans le dossier d'un autre.

  @DMP-INS-01
  Règle: Aucun document n'est envoyé au DMP si l'identité locale n'est pas qualifiée

    @temoin
    Scénario: l'identité qualifiée laisse partir le compte rendu
      Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
      Et un compte rendu d'imagerie prêt à être validé
      Quand le radiologue valide le compte rendu
      Alors le DMP a reçu le compte rendu une seule fois

    Plan du scénario: l'identité <statut> retient le compte rendu
      Étant donné une patiente dont l'identité est <statut> et dont le DMP est ouvert
      Et un compte rendu d'imagerie prêt à être validé
      Quand le radiologue valide le compte rendu
      Alors aucun document n'a été envoyé au DMP

      Exemples:
        | statut     |
        | provisoire |
        | récupérée  |
        | validée    |

    Scénario: une identité déclassée depuis que le compte rendu est écrit le retient
      Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
      Et un compte rendu d'imagerie prêt à être validé
      Et son identité ramenée depuis au statut validée
      Quand le radiologue valide le compte rendu
      Alors aucun document n'a été envoyé au DMP

    # Le DMP ne répond pas quand le radiologue valide : l'identité se juge au moment où le compte rendu part.
    Scénario: une identité déclassée pendant que le compte rendu attend de partir le retient
      Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
      Et un compte rendu d'imagerie prêt à être validé
      Et le DMP de la patiente momentanément indisponible
      Quand le radiologue valide le compte rendu
      Et l'accueil ramène l'identité de la patiente au statut validée
      Et le DMP de la patiente redevient disponible
      Alors le DMP n'a plus pris aucun document une fois l'identité déclassée

  @DMP-INS-18
  Règle: Le document part dans le DMP de son patient, sous la même INS partout

    @temoin
    Scénario: le compte rendu arrive dans le DMP de la patiente
      Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
      Et un compte rendu d'imagerie prêt à être validé
      Quand le radiologue valide le compte rendu
      Alors le DMP de la patiente contient le compte rendu

    Scénario: l'INS de la patiente est la seule à partir
      Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
      Et un compte rendu d'imagerie prêt à être validé
      Quand le radiologue valide le compte rendu
      Alors l'INS de la patiente est la seule, partout dans ce qui a été envoyé

    Scénario: une homonyme dont le dossier vient d'être ouvert ne reçoit rien
      Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
      Et un compte rendu d'imagerie prêt à être validé
      Et une homonyme, née le même jour, dont le dossier vient d'être ouvert à l'écran
      Quand le radiologue valide le compte rendu
      Alors l'INS de la patiente est la seule, partout dans ce qui a été envoyé
      Et le DMP de l'homonyme n'a rien reçu

    Scénario: l'INS corrigée à l'accueil est celle sous laquelle le compte rendu part
      Étant donné une patiente enregistrée par erreur sous l'INS d'une homonyme
      Et un compte rendu d'imagerie prêt à être validé
      Et son INS corrigée depuis à l'accueil
      Quand le radiologue valide le compte rendu
      Alors l'INS de la patiente est la seule, partout dans ce qui a été envoyé
      Et le DMP de l'homonyme n'a rien reçu

    # Le premier compte rendu attend encore de partir quand le second est validé.
    Scénario: deux comptes rendus validés coup sur coup partent chacun dans son DMP
      Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
      Et un compte rendu d'imagerie prêt à être validé
      Et une homonyme, née le même jour, dont le dossier vient d'être ouvert à l'écran
      Et le DMP de la patiente momentanément indisponible
      Quand le radiologue valide le compte rendu
      Et le radiologue valide le compte rendu de l'homonyme
      Et le DMP de la patiente redevient disponible
      Alors aucune des deux n'a reçu dans son DMP le compte rendu de l'autre
