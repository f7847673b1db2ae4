# language: fr
@consultation
Fonctionnalité: Chacun voit ce que la matrice d'habilitation lui ouvre
  Le contrôle d'accès est exercé par la plateforme. Le produit est jugé sur ce qu'il transmet, affiche et garde.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et un compte rendu d'imagerie, un compte rendu d'hospitalisation et un compte rendu opératoire dans son DMP
    Et une autorisation d'accès valide pour le radiologue et pour le manipulateur
    Et l'accord explicite de la patiente, informée, à la consultation de son DMP

  @DMP-HAB-01
  Règle: Le connecteur transmet la profession et la spécialité réelles, et ne montre pas ce que la matrice refuse

    @temoin
    Scénario: le radiologue consulte
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Alors la liste du radiologue contient le compte rendu d'imagerie

    Plan du scénario: authentifié par <moyen>, le <utilisateur> consulte sous son identité et ses rôles
      Quand le <utilisateur> s'authentifie par <moyen> et consulte le DMP de la patiente
      Alors chaque appel porte l'identité, la profession et la spécialité du <utilisateur>

      Exemples:
        | utilisateur  | moyen         |
        | radiologue   | sa carte CPS  |
        | radiologue   | l'appli e-CPS |
        | manipulateur | sa carte CPS  |

    Scénario: l'un après l'autre sur le même poste, chacun consulte sous son identité et ses rôles
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le manipulateur s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Alors chaque appel porte l'identité, la profession et la spécialité du manipulateur

    # La liste qu'un autre vient de voir est peut-être encore en mémoire, et la matrice en refuse une part à celui-ci.
    Scénario: ce que la matrice refuse au manipulateur ne lui est pas montré de mémoire
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le manipulateur s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Alors ni le compte rendu d'hospitalisation ni le compte rendu opératoire n'ont été montrés au manipulateur

  @DMP-HAB-02
  Règle: Le radiologue accède à tous les types de documents ouverts aux médecins

    @temoin
    Scénario: le manipulateur ne voit pas tout, la plateforme filtre
      Quand le manipulateur s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Alors la liste du manipulateur contient le compte rendu d'imagerie

    Scénario: le radiologue voit les trois comptes rendus
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Alors la liste du radiologue contient les trois comptes rendus

    Scénario: le radiologue lit les trois comptes rendus
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le radiologue ouvre chacun des documents de la liste
      Alors le radiologue a pu lire les trois comptes rendus

  @DMP-HAB-03
  Règle: Le manipulateur voit les comptes rendus d'imagerie, ni les hospitaliers ni les opératoires

    @temoin
    Scénario: le manipulateur voit le compte rendu d'imagerie
      Quand le manipulateur s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Alors la liste du manipulateur contient le compte rendu d'imagerie

    # Le radiologue vient d'ouvrir ces documents sur le même poste : ils y sont peut-être encore.
    Scénario: après le radiologue, sur le même poste, le manipulateur ne voit que l'imagerie
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le radiologue ouvre chacun des documents de la liste
      Et le manipulateur s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le manipulateur tente d'ouvrir les mêmes documents
      Alors ni le compte rendu d'hospitalisation ni le compte rendu opératoire n'ont été montrés au manipulateur

    # Le DMP ne répond plus au manipulateur : ce que le poste a en mémoire est ce que le radiologue a vu.
    Scénario: bloqué par la patiente, le manipulateur ne voit pas ce que le radiologue vient de voir
      Étant donné une autorisation d'accès du manipulateur bloquée par la patiente dans ce DMP
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le radiologue ouvre chacun des documents de la liste
      Et le manipulateur s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le manipulateur tente d'ouvrir les mêmes documents
      Alors ni le compte rendu d'hospitalisation ni le compte rendu opératoire n'ont été montrés au manipulateur
