# language: fr
@alimentation
Fonctionnalité: Toute action sur le DMP est visible du patient
  Le patient voit dans son historique ce qui est fait de son DMP, et il en est averti.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et un compte rendu d'imagerie prêt à être validé

  @DMP-TRA-01
  Règle: Toute action est visible du patient ; le logiciel n'en fait aucune de cachée

    @temoin
    Scénario: le dépôt arrive au DMP
      Quand le radiologue valide le compte rendu
      Alors le DMP a reçu le compte rendu une seule fois

    Scénario: le dépôt est dans l'historique de la patiente, au nom de qui l'a fait
      Quand le radiologue valide le compte rendu
      Alors le dépôt figure dans l'historique que voit la patiente

    Scénario: déposer n'entraîne rien d'autre
      Quand le radiologue valide le compte rendu
      Alors rien n'a été fait au DMP que personne n'ait demandé

  @DMP-TRA-03
  Règle: La plateforme avertit le patient

    @temoin
    Scénario: le document dont elle sera avertie arrive au DMP
      Quand le radiologue valide le compte rendu
      Alors le DMP a reçu le compte rendu une seule fois

    Scénario: Mon espace santé activé, la patiente est avertie du dépôt tout de suite
      Quand le radiologue valide le compte rendu
      Alors la patiente est avertie par Mon espace santé

    Plan du scénario: sans Mon espace santé, la patiente est avertie par <canal>
      Étant donné une patiente qui n'a pas activé Mon espace santé et qu'on joint par <canal>
      Quand le radiologue valide le compte rendu
      Alors la patiente est avertie par <canal>

      Exemples:
        | canal    |
        | courriel |
        | courrier |
