"""The processes that do several runs at a time, on this machine or on a cluster, through joblib."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import joblib

from helpers import provenance
from helpers.reruns.given import RerunError

if TYPE_CHECKING:
    from distributed import Client


@contextmanager
def engine(scheduler: str | None, jobs: int) -> Iterator[joblib.Parallel]:
    """What does several tasks at a time, on this machine or on a cluster, and returns as they end.

    Raises:
        RerunError: Dask is not installed, nobody answers at the address within seconds, the cluster
            has no worker, or one of its workers has other code.
    """
    settings = {"return_as": "generator_unordered", "batch_size": 1}
    if scheduler is None:
        # Threads are enough: each only waits for papermill, which is a process of its own.
        yield joblib.Parallel(jobs, prefer="threads", **settings)
        return
    try:
        from distributed import Client  # slow to import, and in an extra of its own
    except ImportError as error:
        raise RerunError(
            "--scheduler needs Dask, which is not installed here. Install the extra `cluster`, "
            "in the book's folder: python -m pip install '.[cluster]'"
        ) from error
    try:
        with ThreadPoolExecutor(1) as apart:  # the caller may be inside a loop of its own
            apart.submit(asyncio.run, identity(scheduler)).result()
    except (OSError, ValueError, TypeError, MemoryError) as error:  # or something else answers
        raise RerunError(f"no Dask scheduler answers at {scheduler}") from error
    for handler in logging.getLogger("distributed").handlers:  # those of its sub-loggers, too
        handler.setLevel(logging.CRITICAL)  # what fails is told once, by until_broken
    with Client(scheduler) as client, joblib.parallel_config("dask") as chosen:
        same_code(client, scheduler)
        # With one thread in the cluster, joblib would do the runs itself, here.
        backend = chosen["backend"]
        threads = backend.effective_n_jobs
        backend.effective_n_jobs = lambda n_jobs: max(2, threads(n_jobs))
        yield joblib.Parallel(-1, pre_dispatch="all", **settings)


async def identity(scheduler: str) -> dict:
    """What a scheduler says of itself; a Client would wait for ever for one that says nothing."""
    from distributed import Security
    from distributed.core import rpc

    settings = Security().get_connection_args("client")
    async with rpc(scheduler, connection_args=settings) as remote:
        return await asyncio.wait_for(remote.identity(), 5)


def same_code(client: Client, scheduler: str) -> None:
    """Refuse a cluster without workers, or with workers that have other code or versions."""
    try:
        client.wait_for_workers(1, timeout=10)
    except TimeoutError as error:
        raise RerunError(f"the Dask scheduler at {scheduler} has no workers") from error
    keys = client.run(provenance.code_key, on_error="return")
    others = [worker for worker, key in keys.items() if key != provenance.code_key()]
    if others:
        raise RerunError(
            f"{len(others)} of {len(keys)} workers have other helpers or packages than this "
            f"machine, such as {others[0]}: install the same, and start them anew"
        )


def until_broken(outcomes: Iterator) -> Iterator:
    """Pass on what comes; that no more can come, since workers or their disk failed, is told."""
    try:
        yield from outcomes
    except broken() as error:
        said = str(error).strip().partition("\n")[0]
        raise RerunError(
            f"a run could not be carried out ({type(error).__name__}: {said}). "
            "Finished runs are kept; the same command goes on."
        ) from error


def broken() -> tuple[type[Exception], ...]:
    """What says that workers or their disk failed; Dask's own error only where Dask is used."""
    dask = sys.modules.get("distributed")
    return (CancelledError, OSError, *([dask.KilledWorker] if dask else []))


def threads_per_job(jobs: int, scheduler: str | None) -> int | None:
    """Cores for a run: all (None) if it is alone, else a share; a Dask thread is one core."""
    if scheduler is not None:
        return 1
    return None if jobs == 1 else max(1, joblib.cpu_count() // jobs)
