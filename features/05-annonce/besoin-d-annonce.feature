# language: fr
@alimentation
Fonctionnalité: Le besoin d'annonce
  Certains résultats sont annoncés au patient par un spécialiste avant qu'il ne les lise seul.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et un compte rendu d'imagerie prêt à être validé

  @DMP-ANN-01
  Règle: L'utilisateur peut signaler un besoin d'annonce avant validation : le document est déposé invisible au patient

    @temoin
    Scénario: sans besoin d'annonce, la patiente voit son compte rendu
      Quand le radiologue valide le compte rendu
      Alors le compte rendu déposé est visible de la patiente

    Scénario: le besoin d'annonce retient le compte rendu hors de la vue de la patiente
      Quand le radiologue signale un besoin d'annonce
      Et le radiologue valide le compte rendu
      Alors le compte rendu déposé est invisible à la patiente
      Et le compte rendu déposé est visible des professionnels

    Scénario: le besoin d'annonce tient quand le compte rendu est repris avant d'être validé
      Quand le radiologue signale un besoin d'annonce
      Et le radiologue reprend le texte du compte rendu
      Et le radiologue valide le compte rendu
      Alors le compte rendu déposé est invisible à la patiente
