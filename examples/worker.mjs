#!/usr/bin/env node
// A worker for Everbrook in Node 20 or newer, with no dependency.
//
//     node examples/worker.mjs http://127.0.0.1:8080 numbers
//
// It does jobs of kind "count" of the queue, four at once. docs/protocol-work.md has the protocol.

import { setTimeout as pause } from 'node:timers/promises'

const [server, queue, leaseMs = 20_000] = process.argv.slice(2)
const AT_ONCE = 4
const policies = { count: { attempts_max: 5, backoff_ms: 500, attempt_ms: 600_000 } }

/** What this worker can do. Whatever it waits for is told to stop by the signal. */
const kinds = {
  async count({ to, pause_ms = 0 }, { progress, signal }) {
    if (!Number.isInteger(to) || to < 1) throw new RangeError(`to must be a whole number from 1, was ${to}`)
    let sum = 0
    for (let n = 1; n <= to; n++) {
      await pause(pause_ms, undefined, { signal })
      sum += n
      await progress(n / to, `${n} of ${to}`)
    }
    return { sum }
  },
}

/** The server's no: 409 if a job is not ours any more, 410 if our lease ran out. */
class Refused extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/** Asks until there is an answer: the server may be busy, or be restarting. Repeating is safe. */
async function call(url, body, method = 'POST') {
  for (;;) {
    try {
      const headers = { 'content-type': 'application/json' }
      const signal = AbortSignal.timeout(60_000)
      const answer = await fetch(server + url, { method, headers, body: JSON.stringify(body), signal })
      const text = await answer.text()
      if (answer.ok) return text === '' ? {} : JSON.parse(text)
      if (answer.status < 500) throw new Refused(answer.status, text)
    } catch (e) {
      if (e instanceof Refused) throw e
    }
    await pause(500)
  }
}

/** Runs a job and tells how it went; if it is not ours any more, nobody wants to know. */
async function run(given, stop) {
  const clock = AbortSignal.timeout(Math.min(given.attempt_ms, 2 ** 31 - 1))
  const signal = AbortSignal.any([stop, clock])
  let seq = 0 // numbered, so that a progress which is sent twice stands once
  const progress = (value, note) => call(given.url + '/progress', { value, note, seq: seq++ })
  try {
    const [verb, body] = await outcome(given, stop, { progress, signal })
    const { state } = await call(`${given.url}/${verb}`, body)
    console.log(`job ${given.job}: ${state}`)
  } catch (e) {
    if (!(e instanceof Refused)) throw e
    console.log(`job ${given.job}: refused with ${e.status}: ${e.message}`)
  }
}

async function outcome(given, stop, context) {
  try {
    return ['finish', { result: await kinds[given.kind](given.payload, context) }]
  } catch (e) {
    if (e instanceof Refused) throw e
    // The server knows whether it was cancelled, or is to run again.
    if (stop.aborted) return ['release', {}]
    return ['fail', { error: String(e), retryable: !(e instanceof RangeError) }]
  }
}

/** Works until the lease runs out, or until it is told to leave. */
async function work(leaving) {
  const { url, beat_ms } = await call('/v1/work/workers', {
    name: 'worker.mjs', lease_ms: Number(leaseMs), kinds: policies,
  })
  console.log(`ready: ${url}`)
  const running = new Map() // by job: how to stop it, and when it is over

  /** Keeps the lease, and waits meanwhile to be told to stop something. */
  const beat = async () => {
    for (let told = []; ;) {
      const { stop } = await call(url + '/beat', { wait_ms: beat_ms, told })
      told = stop.map(order => order.job)
      told.forEach(job => running.get(job)?.stop.abort())
    }
  }
  const claim = async () => {
    for (;;) {
      while (running.size >= AT_ONCE) await Promise.race([...running.values()].map(it => it.over))
      const wish = { queue, most: AT_ONCE - running.size, wait_ms: 20_000, holding: [...running.keys()] }
      const { jobs } = await call(url + '/claim', wish)
      for (const given of jobs) {
        const stop = new AbortController()
        running.set(given.job, { stop, over: run(given, stop.signal).finally(() => running.delete(given.job)) })
      }
    }
  }
  try {
    await Promise.race([beat(), claim(), leaving])
    await call(url, {}, 'DELETE') // gives back what it holds at once, instead of letting its lease run out
    return true
  } catch (e) {
    if (!(e instanceof Refused) || e.status !== 410) throw e
    console.log('the lease ran out; registering anew')
    return false
  } finally {
    running.forEach(({ stop }) => stop.abort())
  }
}

const leaving = new Promise(resolve => process.once('SIGTERM', resolve).once('SIGINT', resolve))
while (!(await work(leaving)));
process.exit()
