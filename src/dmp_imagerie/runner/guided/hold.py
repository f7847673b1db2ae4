"""Holds a guided session: opens the bench, shows where to point the product, plays the suite with a person."""

from contextlib import ExitStack

import msgspec

from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.runner.bench import Bench
from dmp_imagerie.runner.guided.screens import FrontEnd, Opening
from dmp_imagerie.runner.guided.session import Session
from dmp_imagerie.runner.guided.sitting import Sitting, alone, restore
from dmp_imagerie.runner.launch import Launch, play
from dmp_imagerie.runner.reach import Service, admitted, services_at
from dmp_imagerie.runner.sandbox_keys import inventory, password_words, sandbox_pki, with_pfx


def hold_session(sitting: Sitting, catalogue: Catalogue, front: FrontEnd, *, pfx_password: str = "") -> bool:
    """Hold one sitting; the journal lies in ``sitting.config.out``. Returns False when it stopped before its end.

    Raises ConfigError, BenchError and SuiteError as ``run_suite`` does, JournalError when the journal to go on with
    cannot be read.
    """
    config, session = sitting.config, Session(front)
    with ExitStack() as stack:
        if sitting.resumed:
            stack.enter_context(alone(config))
        bench = stack.enter_context(Bench(config, catalogue, operator=session, resumed=sitting.resumed))
        if sitting.resumed:
            restore(bench.writer.journal, bench.dmp.control)
        else:
            stack.enter_context(alone(config))
        try:
            session.open(bench, _opening(bench, pfx_password))
        except KeyboardInterrupt:
            return False
        return play(Launch(bench, session))


def _opening(bench: Bench, pfx_password: str) -> Opening:
    config, surroundings = bench.config, bench.surroundings
    pki = sandbox_pki(config.reach.names)
    files = inventory(pki)
    return Opening(
        out=str(config.out),
        product=" ".join(filter(None, (bench.description.product, bench.description.version))),
        services=(*services_at(surroundings.dmp_url), *_platform(surroundings.pfi)),
        files=with_pfx(files, pki.ca_file, pfx_password) if pfx_password else files,
        who=str(admitted(config.reach) or "cette machine seulement"),
        deadline_s=config.deadline_s,
        password=password_words(pfx_password),
        resumed=bench.resumed,
        surroundings=msgspec.to_builtins(surroundings),
    )


def _platform(address: str) -> tuple[Service, ...]:
    """The integration platform, for a product that feeds the DMP through one."""
    return (Service(name="plateforme", url=f"mllp://{address}", transactions=("HL7v2",)),) if address else ()
