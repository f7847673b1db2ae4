# language: fr
@alimentation
Fonctionnalité: L'utilisateur sait si le compte rendu est dans le DMP
  Un compte rendu que le DMP n'a pas pris, et que le logiciel dit envoyé, ne sera renvoyé par personne.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et un compte rendu d'imagerie prêt à être validé

  @DMP-ALI-13
  Règle: Chaque document montre à l'utilisateur s'il a déjà été envoyé avec succès

    @temoin
    Scénario: le compte rendu que le DMP a pris est montré comme envoyé
      Quand le radiologue valide le compte rendu
      Et le radiologue regarde où en est l'envoi du compte rendu
      Alors le compte rendu est montré comme envoyé

    # Rien ne manque au compte rendu : c'est la réponse du DMP qui dit non.
    Scénario: le compte rendu que le DMP a refusé n'est pas montré comme envoyé
      Étant donné le DMP de la patiente, qui refuse tout dépôt
      Quand le radiologue valide le compte rendu
      Et le radiologue regarde où en est l'envoi du compte rendu
      Alors le compte rendu n'est pas montré comme envoyé
