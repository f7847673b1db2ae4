# language: fr
@consultation
Fonctionnalité: Comment on accède au DMP
  Par un bouton du logiciel vers le site du DMP, ou dans le logiciel lui-même ; toujours avec un moyen fort.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et un compte rendu antérieur déjà présent dans son DMP
    Et une autorisation d'accès du radiologue valide dans ce DMP
    Et l'accord explicite de la patiente, informée, à la consultation de son DMP

  @DMP-AUT-01
  Règle: Un bouton DMP ouvre le dossier du patient sur le site du DMP

    @temoin
    Scénario: le bouton ouvre le site du DMP
      Étant donné le radiologue authentifié par sa carte CPS
      Quand le radiologue appuie sur le bouton DMP
      Alors l'adresse ouverte est celle du site du DMP

    Scénario: le bouton ouvre le dossier de la patiente
      Étant donné le radiologue authentifié par sa carte CPS
      Quand le radiologue appuie sur le bouton DMP
      Alors l'adresse ouverte est celle du dossier de la patiente

    Scénario: après l'ouverture d'un dossier homonyme, le bouton ouvre encore celui de la patiente
      Étant donné une homonyme, née le même jour, dont le dossier vient d'être ouvert à l'écran
      Et le radiologue authentifié par sa carte CPS
      Quand le radiologue appuie sur le bouton DMP
      Alors l'adresse ouverte est celle du dossier de la patiente

  @DMP-AUT-02
  Règle: La consultation est intégrée au logiciel

    @temoin
    Scénario: le radiologue trouve le compte rendu antérieur
      Étant donné le radiologue authentifié par sa carte CPS
      Quand le radiologue consulte le DMP de la patiente
      Alors la liste montrée au radiologue contient le compte rendu antérieur

    Scénario: le radiologue lit le compte rendu antérieur sans quitter le logiciel
      Étant donné le radiologue authentifié par sa carte CPS
      Quand le radiologue consulte le DMP de la patiente
      Et le radiologue ouvre le compte rendu antérieur
      Alors le compte rendu antérieur est montré dans le logiciel

    # Deux dossiers du même nom ouverts tour à tour, et l'on revient au premier.
    Scénario: après le DMP d'une homonyme, le radiologue retrouve celui de la patiente
      Étant donné une homonyme, née le même jour, dont le DMP est ouvert lui aussi à la consultation
      Et le radiologue authentifié par sa carte CPS
      Quand le radiologue consulte le DMP de la patiente
      Et le radiologue consulte ensuite le DMP de l'homonyme
      Et le radiologue ouvre le compte rendu de l'homonyme
      Et le radiologue revient à la liste de la patiente
      Et le radiologue ouvre le compte rendu antérieur
      Alors la liste montrée dans le dossier de la patiente est la sienne
      Et le compte rendu antérieur est montré dans le logiciel

  @DMP-AUT-03
  Règle: La consultation demande un moyen fort : carte CPS ou e-CPS

    @temoin
    Scénario: authentifié par sa carte CPS, le radiologue voit les documents
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Alors la liste montrée au radiologue contient le compte rendu antérieur

    # Un moyen que le produit déclare ne pas offrir est laissé de côté, pourvu qu'il en déclare un autre, fort.
    Plan du scénario: authentifié par <moyen>, le radiologue consulte avec une authentification forte
      Quand le radiologue s'authentifie par <moyen> et consulte le DMP de la patiente
      Alors chaque consultation porte une authentification forte

      Exemples:
        | moyen         |
        | sa carte CPS  |
        | l'appli e-CPS |

    Scénario: sans moyen fort, rien n'est consulté
      Quand le radiologue s'authentifie par le seul certificat du poste et consulte le DMP de la patiente
      Alors rien n'est consulté hors d'une session ouverte par un moyen fort

    # La carte est encore dans le lecteur, ou ce qu'elle a ouvert est encore en mémoire.
    Scénario: la carte d'avant ne vaut pas pour une session ouverte sans elle
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le radiologue s'authentifie par le seul certificat du poste et consulte le DMP de la patiente
      Alors rien n'est consulté hors d'une session ouverte par un moyen fort

    Scénario: la session fermée, rien n'est plus consulté
      Quand le radiologue s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Et le radiologue ferme sa session
      Et quelqu'un consulte le DMP de la patiente sans s'authentifier
      Alors rien n'est consulté hors d'une session ouverte par un moyen fort
