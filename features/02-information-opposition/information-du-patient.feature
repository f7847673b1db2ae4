# language: fr
Fonctionnalité: Le patient est informé que son DMP va être alimenté
  Aucune machine ne voit une affiche ni n'entend une information donnée à l'accueil : le centre déclare, pièce à
  l'appui, et une personne nommée accepte ou refuse.

  @DMP-INF-01
  Règle: Le patient est informé que son DMP va être alimenté, avant le premier envoi

    Scénario: le centre déclare qu'il informe ses patients
      Quand le centre est interrogé sur l'information de ses patients
      Alors sa déclaration est datée, signée et accompagnée d'une pièce

  @DMP-INF-02
  Règle: Le mode d'information est décrit et une preuve datée existe

    Scénario: le centre déclare comment il informe ses patients
      Quand le centre est interrogé sur l'information de ses patients
      Alors sa déclaration est datée, signée et accompagnée d'une pièce
