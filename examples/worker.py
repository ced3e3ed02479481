#!/usr/bin/env python3
"""A worker for Everbrook in Python, with nothing but the standard library.

    python3 examples/worker.py http://127.0.0.1:8080 numbers

It does jobs of the kinds "count" and "total" of the queue, one at a time. docs/protocol-work.md has the protocol.
"""

import http.client
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

SERVER = sys.argv[1]
QUEUE = sys.argv[2]
LEASE_MS = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
BODY_BYTES_MAX = 4 << 20
ERROR_MAX = 10_000
LEAVE_MAX_S = 5
HEADERS = {"content-type": "application/json"}
if "EVERBROOK_WORK_TOKEN" in os.environ:
    HEADERS["authorization"] = "Bearer " + os.environ["EVERBROOK_WORK_TOKEN"]


def count(job):
    """The work of this worker. It checks for a stop as often as it can."""
    to = job.payload["to"]
    if not isinstance(to, int) or to < 1:
        raise ValueError(f"to must be a whole number from 1, was {to}")  # not worth retrying
    total = 0
    for n in range(1, to + 1):
        if job.stopped.wait(job.payload.get("pause_ms", 0) / 1000):
            return None
        total += n
        job.progress(n / to, f"{n} of {to}")
    return {"sum": total}


def total(job):
    """The work of a parent whose children count."""
    return {"sum": sum(child["result"]["sum"] for child in job.children())}


KINDS = {"count": count, "total": total}
POLICIES = {kind: {"attempts_max": 5, "backoff_ms": 500, "attempt_ms": 600_000} for kind in KINDS}


class Refused(Exception):
    """A refusal of the server: 409 if this worker lost the job, 410 if its lease ran out."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status

    def job_is_gone(self):
        return self.status in (409, 410)


class Away(Exception):
    """No answer came: the server is busy, or restarting."""


def ask(url, body, method="POST", timeout_s=60):
    data = None if body is None else json.dumps(body).encode()
    if data and len(data) > BODY_BYTES_MAX:  # the server would close the connection before it has read this
        raise Refused(413, f"a body of {len(data)} bytes is longer than {BODY_BYTES_MAX}")
    request = urllib.request.Request(SERVER + url, data, HEADERS, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as refusal:
        text = refusal.read().decode(errors="replace")
        raise (Refused(refusal.code, text) if refusal.code < 500 else Away(text)) from None
    except (OSError, http.client.HTTPException, ValueError) as e:  # or the answer was no JSON: a proxy's page
        raise Away(repr(e)) from None


def call(url, body, method="POST"):
    """Calls until there is an answer. All calls of this worker may be repeated."""
    while True:
        try:
            return ask(url, body, method)
        except Away:
            time.sleep(0.5)


class Job:
    def __init__(self, given):
        self.id = given["job"]
        self.kind = given["kind"]
        self.payload = given["payload"]
        self.url = given["url"]
        self.stopped = threading.Event()
        self.appends = 0
        self.late = False
        self.clock = threading.Timer(given["attempt_ms"] / 1000, self.expire)
        self.clock.daemon = True

    def expire(self):
        self.late = True
        self.stopped.set()

    def progress(self, value, note):
        """Numbered, so that a progress that is sent twice stands once."""
        call(self.url + "/progress", {"value": value, "note": note, "seq": self.appends})
        self.appends += 1

    def children(self):
        """The ended children of this job, one after the other."""
        after = 0
        while after is not None:
            page = call(f"{self.url}/children?after={after}", None, "GET")
            yield from page["children"]
            after = page["next"]

    def do(self):
        """Runs the job and reports its end. Returns whether the server has accepted the end."""
        self.clock.start()
        try:
            self.tell(*self.outcome())
            return True
        except Refused as refusal:
            print(f"job {self.id}: refused with {refusal.status}: {refusal}", flush=True)
            return refusal.job_is_gone()  # this worker holds the job no longer
        finally:
            self.clock.cancel()

    def tell(self, verb, body):
        try:
            state = call(f"{self.url}/{verb}", body)["state"]
        except Refused as refusal:
            if refusal.job_is_gone():
                raise
            # Without an end, the job would be given to this worker again and again.
            state = call(f"{self.url}/fail", no_use(f"/{verb}", refusal))["state"]
        print(f"job {self.id}: {state}", flush=True)

    def outcome(self):
        try:
            result = KINDS[self.kind](self)
            if self.late:
                return "fail", {"error": "it took longer than an attempt may"}
            if self.stopped.is_set():
                return "release", {}  # the server knows whether the job was cancelled, or is to run again
            return "finish", {"result": result}
        except Refused as refusal:
            if refusal.job_is_gone():
                raise
            return "fail", no_use("what it told", refusal)
        except (KeyError, ValueError) as e:
            return "fail", {"error": repr(e)[:ERROR_MAX], "retryable": False}
        except Exception as e:
            return "fail", {"error": repr(e)[:ERROR_MAX]}


def no_use(what, refusal):
    """A result that the server refuses now would be refused in another attempt, too."""
    error = f"{what} was refused with {refusal.status}: {refusal}"
    return {"error": error[:ERROR_MAX], "retryable": False}


class Worker:
    def __init__(self):
        kinds = {"name": "worker.py", "lease_ms": LEASE_MS, "kinds": POLICIES}
        registered = call("/v1/work/workers", kinds)
        self.url = registered["url"]
        self.beat_ms = registered["beat_ms"]
        self.job = None
        threading.Thread(target=self.beat, daemon=True).start()

    def beat(self):
        """Keeps the lease, and waits meanwhile for jobs to stop."""
        told = []
        try:
            while True:
                heard = call(self.url + "/beat", {"wait_ms": self.beat_ms, "told": told})
                told = [order["job"] for order in heard["stop"]]
                job = self.job
                if job and job.id in told:
                    job.stopped.set()
                if heard["full"]:  # too many requests wait on the server already
                    time.sleep(self.beat_ms / 1000)
        except Refused:
            if self.job:
                self.job.stopped.set()

    def work(self):
        kept = []  # jobs whose end the server refused: they end with their deadline
        while True:
            wish = {"queue": QUEUE, "wait_ms": 20_000, "holding": kept}
            for given in call(self.url + "/claim", wish)["jobs"]:
                self.job = Job(given)
                if not self.job.do():
                    kept.append(self.job.id)
                self.job = None

    def leave(self):
        """Gives its jobs back at once, if it can, instead of letting its lease run out."""
        try:
            ask(self.url, {}, "DELETE", timeout_s=LEAVE_MAX_S)
        except (Away, Refused) as e:
            print(f"left without a word: {e}", flush=True)


def leave(*_):
    raise SystemExit


def main():
    signal.signal(signal.SIGTERM, leave)
    while True:
        worker = Worker()
        print(f"ready: {worker.url}", flush=True)
        try:
            worker.work()
        except Refused as refusal:
            if refusal.status != 410:
                raise
            print("the lease ran out; registering anew", flush=True)
        except (KeyboardInterrupt, SystemExit):
            worker.leave()
            return


if __name__ == "__main__":
    main()
