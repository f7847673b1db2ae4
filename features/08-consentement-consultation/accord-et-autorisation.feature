# language: fr
@consultation
Fonctionnalité: Consulter le DMP avec l'accord du patient
  Le patient doit avoir été informé et avoir donné explicitement son accord.
  Cet accord est tracé dans le logiciel du centre, et il est également tracé dans le DMP.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et un compte rendu antérieur déjà présent dans son DMP
    Et le radiologue authentifié par sa carte CPS

  @DMP-CON-01
  Règle: Avant toute consultation, le patient a été informé et a donné explicitement son accord

    @temoin
    Scénario: avec l'accord de la patiente, le radiologue voit ses documents
      Étant donné une autorisation d'accès du radiologue valide dans ce DMP
      Et l'accord explicite de la patiente, informée, à la consultation de son DMP
      Quand le radiologue consulte le DMP de la patiente
      Alors la liste montrée au radiologue contient le compte rendu antérieur

    # Le DMP, lui, laisserait faire : l'autorisation y est valide. Seul le produit peut retenir la consultation.
    Plan du scénario: sans accord explicite (<réponse>), rien n'est consulté
      Étant donné une autorisation d'accès du radiologue valide dans ce DMP
      Et pour seule réponse de la patiente à la consultation : <réponse>
      Quand le radiologue consulte le DMP de la patiente
      Alors aucun document de son DMP n'a été cherché, ouvert ni montré sans son accord

      Exemples:
        | réponse                                 |
        | accord non recueilli                    |
        | accord refusé                           |
        | accord donné sans information préalable |

    Scénario: l'information sur l'alimentation n'est pas un accord à la consultation
      Étant donné une autorisation d'accès du radiologue valide dans ce DMP
      Et l'information de la patiente sur l'alimentation de son DMP, et aucune réponse sur sa consultation
      Quand le radiologue consulte le DMP de la patiente
      Alors aucun document de son DMP n'a été cherché, ouvert ni montré sans son accord

    Scénario: l'accord d'une prise en charge précédente ne vaut pas pour celle-ci
      Étant donné une autorisation d'accès du radiologue valide dans ce DMP
      Et l'accord explicite de la patiente, informée, à la consultation de son DMP
      Et cet accord donné pour une prise en charge précédente : la patiente revient pour un autre examen
      Quand le radiologue consulte le DMP de la patiente
      Alors aucun document de son DMP n'a été cherché, ouvert ni montré sans son accord

    Scénario: l'accord retiré ne vaut plus
      Étant donné une autorisation d'accès du radiologue valide dans ce DMP
      Et l'accord explicite de la patiente, informée, à la consultation de son DMP
      Et cet accord retiré ensuite par la patiente
      Quand le radiologue consulte le DMP de la patiente
      Alors aucun document de son DMP n'a été cherché, ouvert ni montré sans son accord

    # La liste est encore à l'écran quand la patiente change d'avis.
    Scénario: l'accord retiré en cours de consultation ne vaut plus pour la suite
      Étant donné une autorisation d'accès du radiologue valide dans ce DMP
      Et l'accord explicite de la patiente, informée, à la consultation de son DMP
      Quand le radiologue consulte le DMP de la patiente
      Et la patiente revient sur son accord
      Et le radiologue consulte de nouveau le DMP de la patiente
      Et le radiologue ouvre le compte rendu antérieur
      Alors aucun document de son DMP n'a été cherché, ouvert ni montré sans son accord

    # Le dossier de l'homonyme est le dernier affiché : c'est sa réponse qui est peut-être encore en mémoire.
    Scénario: l'accord d'une homonyme ne vaut pas pour la patiente
      Étant donné une autorisation d'accès du radiologue valide dans ce DMP
      Et une homonyme, née le même jour, dont le dossier vient d'être ouvert à l'écran
      Et l'accord explicite de l'homonyme, informée, à la consultation de son propre DMP
      Quand le radiologue consulte le DMP de la patiente
      Alors aucun document de son DMP n'a été cherché, ouvert ni montré sans son accord

  @DMP-CON-19
  Règle: L'accord tracé dans le logiciel l'est aussi dans le DMP, au nom du professionnel, jamais avant l'accord

    @temoin
    Scénario: une autorisation encore valide suffit à voir les documents
      Étant donné une autorisation d'accès du radiologue valide dans ce DMP
      Et l'accord explicite de la patiente, informée, à la consultation de son DMP
      Quand le radiologue consulte le DMP de la patiente
      Alors la liste montrée au radiologue contient le compte rendu antérieur

    Plan du scénario: une autorisation <état> est déclarée après l'accord
      Étant donné une autorisation d'accès du radiologue <état> dans ce DMP
      Et l'accord explicite de la patiente, informée, à la consultation de son DMP
      Quand le radiologue consulte le DMP de la patiente
      Alors l'autorisation a été déclarée au nom du radiologue, après l'accord et avant la recherche
      Et le DMP tient l'autorisation du radiologue pour valide

      Exemples:
        | état    |
        | absente |
        | expirée |

    # Le radiologue vient d'ouvrir ce DMP sur le même poste, et son autorisation y est valide.
    Scénario: l'autorisation du radiologue ne vaut pas pour le manipulateur
      Étant donné une autorisation d'accès du manipulateur absente dans ce DMP
      Et l'accord explicite de la patiente, informée, à la consultation de son DMP
      Quand le radiologue consulte le DMP de la patiente
      Et le manipulateur s'authentifie par sa carte CPS et consulte le DMP de la patiente
      Alors l'autorisation du manipulateur a été déclarée en son nom, avant sa recherche
      Et le DMP tient l'autorisation du manipulateur pour valide

    Scénario: sans accord, aucune autorisation n'est déclarée
      Étant donné une autorisation d'accès du radiologue absente dans ce DMP
      Et pour seule réponse de la patiente à la consultation : accord non recueilli
      Quand le radiologue consulte le DMP de la patiente
      Alors aucune autorisation n'a été déclarée
