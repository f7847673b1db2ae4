# language: fr
@consultation
Fonctionnalité: La patiente sait qui consulte son DMP
  La consultation par un professionnel nouveau venu lui est notifiée.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et un compte rendu antérieur déjà présent dans son DMP
    Et une autorisation d'accès du radiologue valide dans ce DMP
    Et l'accord explicite de la patiente, informée, à la consultation de son DMP
    Et le radiologue authentifié par sa carte CPS

  @DMP-TRA-03
  Règle: La plateforme avertit la patiente de la consultation par un nouveau professionnel

    @temoin
    Scénario: le radiologue consulte
      Quand le radiologue consulte le DMP de la patiente
      Alors la liste montrée au radiologue contient le compte rendu antérieur

    Scénario: la patiente est avertie qu'il a consulté
      Quand le radiologue consulte le DMP de la patiente
      Alors la patiente est avertie de la consultation
