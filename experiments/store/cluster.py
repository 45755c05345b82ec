"""Many machines: chunks computed by the workers of a Dask cluster that share the sweep's folder."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from tandem.experiments.store.chunk import differing, running
from tandem.experiments.store.engines import TRIES, Done, Task, told
from tandem.experiments.store.errors import Refused, Stopped, SweepError
from tandem.experiments.store.folder import Folder
from tandem.experiments.store.stopping import Stop

SECONDS_TO_CONNECT = 4
SECONDS_FOR_A_WORKER = 4.0  # that may be on its way when we connect
SECONDS_TO_ANSWER = 15
SECONDS_BETWEEN_LOOKS, SECONDS_ALONE = 0.5, 6.0  # with no worker left, or no answer: told within ten
AHEAD_PER_THREAD = 2


class DaskEngine:
    """`DaskEngine("tcp://127.0.0.1:8786")`, or a `distributed.Client` that the caller owns.

    A worker that dies costs its chunks in hand; they are computed again elsewhere. When the scheduler dies the sweep stops
    (exit 3), and the same command, with or without Dask, goes on.
    """

    name = "dask"

    def __init__(self, client_or_address: Any, retries: int = TRIES):
        self._given, self.retries = client_or_address, retries
        self._client: Any = None
        self.ahead = 8

    def connect(self) -> None:
        """Before anything is written: see that a scheduler answers and has workers. Raises Refused within ten seconds."""
        client, until = self._connected(), time.monotonic() + SECONDS_FOR_A_WORKER
        while not self._workers(client):
            if time.monotonic() > until:
                raise Refused(f"the scheduler at {client.scheduler.address} has no workers")
            time.sleep(0.2)

    @staticmethod
    def _workers(client: Any) -> list[str]:
        try:
            return list(client.sync(client.scheduler.identity, n_workers=-1, callback_timeout=SECONDS_TO_CONNECT)["workers"])
        except Exception as error:
            raise Refused(f"the Dask scheduler no longer answers ({type(error).__name__})") from None

    def prepare(self, folder: Folder) -> None:
        """See that every worker sees the folder and runs what we run. Raises Refused within 30 seconds."""
        client = self._connected()
        nonce = f"{secrets.token_hex(8)}.seen"
        folder.write("tmp", nonce, nonce.encode())
        try:
            answers = self._ask(client, str(folder.path), nonce)
        finally:
            with suppress(OSError), folder.handle("tmp"):
                (folder.path / "tmp" / nonce).unlink()
        blind = sorted(worker for worker, (seen, _) in answers.items() if not seen)
        if blind:
            raise Refused(
                f"{len(blind)} of {len(answers)} workers do not see {folder.path} (first: {blind[0]}); give --out a folder "
                "that all machines share under the same path, such as one on a network file system"
            )
        for worker, (_, theirs) in sorted(answers.items()):
            if different := differing(running(), theirs):
                raise Refused(f"worker {worker} runs other versions: {different}; install the same on all machines")
        threads = sum(client.nthreads().values()) or len(answers)
        self.ahead = AHEAD_PER_THREAD * max(1, threads)

    def _ask(self, client: Any, path: str, nonce: str) -> dict[str, Any]:
        until, workers = time.monotonic() + SECONDS_TO_ANSWER, self._workers(client)
        futures = {
            worker: client.submit(_seen, path, nonce, workers=[worker], pure=False, allow_other_workers=False)
            for worker in workers
        }
        answers = {}
        for worker, future in futures.items():
            try:
                answers[worker] = future.result(timeout=max(0.5, until - time.monotonic()))
            except Exception as error:
                kind = type(error).__name__
                raise Refused(
                    f"worker {worker} did not answer a first question ({kind}: {' '.join(str(error).split())[:120]}); "
                    "is the same version of tandem installed there?"
                ) from None
        return answers

    def _connected(self) -> Any:
        if self._client is None:
            if not isinstance(self._given, str):
                self._client = self._given
                return self._client
            try:
                from distributed import Client
            except ImportError:
                raise Refused("--dask needs the extra `cluster`: pip install 'tandem-sim[cluster]'") from None
            # Our lines say what happened; the library's own, a page each, would bury them.
            for library in ("distributed", "asyncio"):
                logging.getLogger(library).setLevel(logging.CRITICAL + 1)
            try:
                self._client = Client(self._given, timeout=SECONDS_TO_CONNECT)
            except Exception as error:  # who knows what listens there, and what it says
                raise Refused(f"no Dask scheduler answers at {self._given} ({type(error).__name__})") from None
        return self._client

    def run(self, task: Task, chunks: Iterable[int], done: Done, stop: Stop) -> None:
        """See `tandem.experiments.store.engines.Engine`."""
        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        client = self._connected()
        left: deque[int] = deque(chunks)
        tries: Counter[int] = Counter()
        running: dict[Any, int] = {}
        lost: list[int] = []
        watch = _Watch(client)
        try:
            while (left or running) and not stop.asked:
                while left and len(running) < self.ahead:
                    number = left.popleft()
                    running[client.submit(task, number, pure=False, retries=0)] = number
                finished = [future for future in running if future.done()]
                watch.look()
                if not finished:
                    time.sleep(0.05)
                for future in finished:
                    number = running.pop(future)
                    try:
                        done(number, future.result(timeout=SECONDS_TO_CONNECT))
                    except TimeoutError:  # its worker went before it could tell: somebody else computes it again
                        running[future] = number
                        continue
                    except SweepError:
                        raise
                    except KilledWorker:
                        lost.append(number)
                    except CancelledError:
                        raise Stopped("the Dask scheduler gave our work up (was it stopped?)") from None
                    except Exception as error:
                        tries[number] += 1
                        if tries[number] >= self.retries:
                            raise Stopped(told(number, error)) from None
                        left.append(number)
                    future.release()
            if stop.asked:
                raise stop.error()
        except (OSError, TimeoutError) as error:
            raise Stopped(f"the Dask cluster is gone ({type(error).__name__})") from None
        finally:
            _given_up(client, list(running))
        if lost:
            raise Stopped(f"workers died each time at chunk {', '.join(map(str, lost[:5]))}; all other chunks are done")

    def close(self) -> None:
        """Leave the cluster, if we entered it."""
        if self._client is not None and isinstance(self._given, str):
            with suppress(Exception):
                self._client.close(timeout=2)
            self._client = None


class _Watch:
    """Looks now and then who is left of a cluster, and never waits for the answer: Ctrl-C is heard at once."""

    def __init__(self, client: Any):
        self.client, self.next = client, 0.0
        self.alone_since: float | None = None
        self.asked: Any = None
        self.asked_at = 0.0

    def look(self) -> None:
        """Raises Stopped where the connection is gone, or no worker was there for some seconds. Judges by answers alone: a driver
        that was kept from looking learns nothing from that."""
        now = time.monotonic()
        if self.client.status != "running":
            raise Stopped("the connection to the Dask scheduler is gone")
        if self.asked is None:
            if now >= self.next:
                identity = self.client.scheduler.identity(n_workers=-1)
                self.asked = asyncio.run_coroutine_threadsafe(identity, self.client.loop.asyncio_loop)
                self.asked_at = now
        elif self.asked.done():
            self._heard(self.asked, now)
            self.asked, self.next = None, time.monotonic() + SECONDS_BETWEEN_LOOKS
        elif now - self.asked_at > SECONDS_ALONE:
            raise Stopped("the Dask scheduler no longer answers")

    def _heard(self, answer: Any, now: float) -> None:
        workers: Any = ()
        with suppress(Exception):
            workers = answer.result()["workers"]
        if workers:
            self.alone_since = None
            return
        self.alone_since = self.alone_since or now
        if now - self.alone_since >= SECONDS_ALONE:
            raise Stopped("no worker of the Dask cluster is left; start workers and give the same command again")


def _given_up(client: Any, futures: list[Any]) -> None:
    """Tell the scheduler that nobody waits any more; not for long, whatever has become of it."""

    def cancel() -> None:
        with suppress(Exception):
            client.cancel(futures)

    if futures and client.status == "running":
        telling = threading.Thread(target=cancel, daemon=True)
        telling.start()
        telling.join(1.0)


def _seen(path: str, nonce: str) -> tuple[bool, tuple[tuple[str, str], ...]]:
    """On a worker: whether the file is there with its content, and what the worker runs."""
    try:
        seen = Folder(path).read("tmp", nonce, 100) == nonce.encode()
    except Exception:
        seen = False
    return seen, running()
