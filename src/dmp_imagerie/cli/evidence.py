"""What ``replay`` and ``report`` look at before anything else: whether the evidence is still that of the run."""

from pathlib import Path

from dmp_imagerie.cli.failure import fail
from dmp_imagerie.cli.language import tell
from dmp_imagerie.model.verdicts import EXIT_USAGE


def refuse_altered(run_dir: Path) -> None:
    """Name what changed in ``run_dir`` since it was written and exit; nothing is judged nor written of such a folder.

    Raises JournalError.
    """
    from dmp_imagerie.proof.intact import alterations
    from dmp_imagerie.report.text import visible

    found = alterations(run_dir)
    for sentence in found:
        tell(visible(f"  {sentence}"), err=True)
    if found:
        fail(
            f"{run_dir} n'est plus tel que l'exécution l'a écrit : {len(found)} différence(s), nommées ci-dessus. "
            "Rien n'a été rejugé ni réécrit : redemandez le dossier d'origine, ou rejouez avec le produit. "
            "Cet examen trouve un accident, pas une falsification : rien n'est signé.",
            EXIT_USAGE,
        )
