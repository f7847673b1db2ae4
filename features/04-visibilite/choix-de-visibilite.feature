# language: fr
@alimentation
Fonctionnalité: Qui peut voir le document
  Certains documents ne doivent pas être vus par le patient avant un rendez-vous, ou sont cachés à sa demande.
  Le choix se fait avant le dépôt.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et un compte rendu d'imagerie prêt à être validé

  @DMP-VIS-01
  Règle: Avant le dépôt, l'utilisateur peut rendre le document invisible au patient ; les professionnels le voient

    @temoin
    Scénario: sans choix particulier, la patiente voit son compte rendu
      Quand le radiologue valide le compte rendu
      Alors le compte rendu déposé est visible de la patiente

    Scénario: rendu invisible à la patiente, le compte rendu reste visible des professionnels
      Quand le radiologue rend le compte rendu invisible à la patiente
      Et le radiologue valide le compte rendu
      Alors le compte rendu déposé est invisible à la patiente
      Et le compte rendu déposé est visible des professionnels

  @DMP-VIS-02
  Règle: À la demande du patient, le document peut être masqué aux autres professionnels

    @temoin
    Scénario: sans demande particulière, les professionnels voient le compte rendu
      Quand le radiologue valide le compte rendu
      Alors le compte rendu déposé est visible des professionnels

    Scénario: masqué aux autres professionnels, le compte rendu reste visible de la patiente
      Quand le radiologue rend le compte rendu invisible aux autres professionnels
      Et le radiologue valide le compte rendu
      Alors le compte rendu déposé est masqué aux professionnels
      Et le compte rendu déposé est visible de la patiente

  @DMP-VIS-03
  Règle: À la demande du patient, le document peut être invisible aux représentants légaux

    @temoin
    Scénario: sans demande particulière, les représentants légaux voient le compte rendu
      Quand le radiologue valide le compte rendu
      Alors le compte rendu déposé est visible des représentants légaux

    Scénario: invisible aux représentants légaux, le compte rendu reste visible de la patiente et des professionnels
      Quand le radiologue rend le compte rendu invisible aux représentants légaux
      Et le radiologue valide le compte rendu
      Alors le compte rendu déposé est invisible aux représentants légaux
      Et le compte rendu déposé est visible de la patiente
      Et le compte rendu déposé est visible des professionnels

  @DMP-VIS-04
  Règle: Le choix de visibilité est posé avant l'envoi et se retrouve dans la soumission

    @temoin
    Scénario: sans choix, le premier envoi ne restreint rien
      Quand le radiologue valide le compte rendu
      Alors le premier envoi ne porte aucune restriction

    Plan du scénario: rendu invisible <à_qui>, le compte rendu part avec ce choix
      Quand le radiologue rend le compte rendu invisible <à_qui>
      Et le radiologue valide le compte rendu
      Alors le premier envoi porte ce choix, et lui seul : invisible <à_qui>

      Exemples:
        | à_qui                     |
        | à la patiente             |
        | aux autres professionnels |
        | aux représentants légaux  |

    Scénario: le choix tient quand le compte rendu est repris avant d'être validé
      Quand le radiologue rend le compte rendu invisible à la patiente
      Et le radiologue reprend le texte du compte rendu
      Et le radiologue valide le compte rendu
      Alors le premier envoi porte ce choix, et lui seul : invisible à la patiente

    Scénario: le choix fait pour une autre ne s'étend pas au compte rendu
      Étant donné une homonyme, née le même jour, dont le dossier vient d'être ouvert à l'écran
      Quand le radiologue rend le compte rendu de l'homonyme invisible à celle-ci
      Et le radiologue valide le compte rendu
      Alors le premier envoi ne porte aucune restriction
