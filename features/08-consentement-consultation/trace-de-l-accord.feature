# language: fr
@consultation
Fonctionnalité: L'accord du patient laisse une trace
  L'accord peut être oral ou écrit. Il est tracé dans le logiciel du centre : quand, sous quelle forme, recueilli par qui.

  Contexte:
    Étant donné une patiente dont l'identité est qualifiée et dont le DMP est ouvert
    Et le radiologue authentifié par sa carte CPS

  @DMP-CON-02
  Règle: L'accord, oral ou écrit, est tracé : date, forme, recueilli par

    @temoin
    Scénario: avant tout recueil, aucune trace d'accord
      Quand le radiologue ouvre les traces de la patiente
      Alors aucune trace d'accord n'est montrée

    Plan du scénario: un accord <forme> recueilli par le <utilisateur> est tracé
      Quand le <utilisateur> ouvre sa session par sa carte CPS
      Et l'accord <forme> de la patiente est recueilli
      Et le radiologue ouvre sa session par sa carte CPS
      Et le radiologue ouvre les traces de la patiente
      Alors la trace montre la date de l'accord, sa forme <forme> et qui l'a recueilli

      Exemples:
        | forme | utilisateur  |
        | oral  | radiologue   |
        | écrit | radiologue   |
        | écrit | manipulateur |

  @DMP-CON-03
  Règle: Une fonction dédiée trace l'information et le consentement

    @temoin
    Scénario: l'information et l'accord sont recueillis l'un et l'autre
      Quand l'information de la patiente est enregistrée
      Et l'accord oral de la patiente est recueilli
      Alors le produit a enregistré l'information et l'accord

    Scénario: l'information et l'accord se relisent
      Quand l'information de la patiente est enregistrée
      Et l'accord oral de la patiente est recueilli
      Et le radiologue ouvre les traces de la patiente
      Alors la trace montre l'information et l'accord de la patiente

    Scénario: ce que le manipulateur a recueilli, le radiologue le relit
      Quand le manipulateur ouvre sa session par sa carte CPS
      Et l'information de la patiente est enregistrée
      Et l'accord oral de la patiente est recueilli
      Et le radiologue ouvre sa session par sa carte CPS
      Et le radiologue ouvre les traces de la patiente
      Alors la trace montre l'information et l'accord de la patiente
