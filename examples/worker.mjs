#!/usr/bin/env node
// A worker for Everbrook in Node 20 or newer, with no dependency.
//
//     node examples/worker.mjs http://127.0.0.1:8080 numbers
//
// It does jobs of the kinds "count" and "total" of the queue, four at once. docs/protocol-work.md has the protocol.

import { setTimeout as pause } from 'node:timers/promises'

const [server, queue, leaseMs = 20_000] = process.argv.slice(2)
const AT_ONCE = 4
const BODY_BYTES_MAX = 4 << 20
const ERROR_MAX = 10_000
const LEAVE_MAX_MS = 5_000
const token = process.env.EVERBROOK_WORK_TOKEN
const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }

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

  /** What a parent does whose children count. */
  async total(_, { children }) {
    let sum = 0
    for await (const child of children()) sum += child.result.sum
    return { sum }
  },
}
const policy = { attempts_max: 5, backoff_ms: 500, attempt_ms: 600_000 }
const policies = Object.fromEntries(Object.keys(kinds).map(kind => [kind, policy]))

/** The server's no: 409 if a job is not ours any more, 410 if our lease ran out. */
class Refused extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
    this.jobIsGone = status === 409 || status === 410
  }
}

/** Returns the answer; undefined if there was none, since the server is busy, or restarting. */
async function ask(url, body, method = 'POST', timeoutMs = 60_000) {
  const text = body && JSON.stringify(body)
  if (text && Buffer.byteLength(text) > BODY_BYTES_MAX) { // the server would close the connection before it has read this
    throw new Refused(413, `a body of ${Buffer.byteLength(text)} bytes is longer than ${BODY_BYTES_MAX}`)
  }
  try {
    const answer = await fetch(server + url, { method, headers, body: text, signal: AbortSignal.timeout(timeoutMs) })
    const told = await answer.text()
    if (answer.ok) return told === '' ? {} : JSON.parse(told)
    if (answer.status < 500) throw new Refused(answer.status, told)
  } catch (e) {
    if (e instanceof Refused) throw e
  }
}

/** Asks until there is an answer. What is called here may all be repeated. */
async function call(url, body, method) {
  for (;;) {
    const answer = await ask(url, body, method)
    if (answer) return answer
    await pause(500)
  }
}

/** How those ended that a job waited for, one after the other. */
async function* childrenOf(given) {
  for (let after = 0; after !== null;) {
    const page = await call(`${given.url}/children?after=${after}`, undefined, 'GET')
    yield* page.children
    after = page.next
  }
}

/** Runs a job and tells how it went. Returns whether it is off our hands. */
async function run(given, stop) {
  const clock = AbortSignal.timeout(Math.min(given.attempt_ms, 2 ** 31 - 1))
  const signal = AbortSignal.any([stop, clock])
  let seq = 0 // numbered, so that a progress that is sent twice stands once
  const progress = (value, note) => call(given.url + '/progress', { value, note, seq: seq++ })
  try {
    const state = await tell(given, ...await outcome(given, stop, { progress, signal, children: () => childrenOf(given) }))
    console.log(`job ${given.job}: ${state}`)
    return true
  } catch (e) {
    if (!(e instanceof Refused)) throw e
    console.log(`job ${given.job}: refused with ${e.status}: ${e.message}`)
    return e.jobIsGone // this worker holds the job no longer
  }
}

async function tell(given, verb, body) {
  try {
    return (await call(`${given.url}/${verb}`, body)).state
  } catch (e) {
    if (!(e instanceof Refused) || e.jobIsGone) throw e
    // Without an end, the job would be given to this worker again and again.
    return (await call(`${given.url}/fail`, noUse(`/${verb}`, e))).state
  }
}

async function outcome(given, stop, context) {
  try {
    return ['finish', { result: await kinds[given.kind](given.payload, context) }]
  } catch (e) {
    if (e instanceof Refused && e.jobIsGone) throw e
    if (e instanceof Refused) return ['fail', noUse('what it told', e)]
    // The server knows whether the job was cancelled, or is to run again.
    if (stop.aborted) return ['release', {}]
    return ['fail', { error: String(e).slice(0, ERROR_MAX), retryable: !(e instanceof RangeError) }]
  }
}

/** What the server does not take now it will not take from another attempt either. */
function noUse(what, refusal) {
  const error = `${what} was refused with ${refusal.status}: ${refusal.message}`
  return { error: error.slice(0, ERROR_MAX), retryable: false }
}

/** Works until the lease runs out, or until it is told to leave. */
async function work(leaving) {
  const wanted = { name: 'worker.mjs', lease_ms: Number(leaseMs), kinds: policies }
  const registered = await Promise.race([call('/v1/work/workers', wanted), leaving])
  if (!registered) return true
  const { url, beat_ms } = registered
  console.log(`ready: ${url}`)
  const running = new Map() // by job: its stop, and its end
  const kept = [] // jobs whose end the server refused: they end with their deadline

  /** Keeps the lease, and waits meanwhile to be told to stop something. */
  const beat = async () => {
    for (let told = []; ;) {
      const { stop, full } = await call(url + '/beat', { wait_ms: beat_ms, told })
      told = stop.map(order => order.job)
      told.forEach(job => running.get(job)?.stop.abort())
      if (full) await pause(beat_ms) // too many requests wait on the server already
    }
  }
  const claim = async () => {
    for (;;) {
      while (running.size >= AT_ONCE) await Promise.race([...running.values()].map(it => it.over))
      const wish = { queue, most: AT_ONCE - running.size, wait_ms: 20_000, holding: [...running.keys(), ...kept] }
      const { jobs } = await call(url + '/claim', wish)
      for (const given of jobs) {
        const stop = new AbortController()
        const over = run(given, stop.signal)
          .then(off => { if (!off) kept.push(given.job) })
          .finally(() => running.delete(given.job))
        running.set(given.job, { stop, over })
      }
    }
  }
  try {
    await Promise.race([beat(), claim(), leaving])
    // Gives its jobs back at once, if it can, instead of letting its lease run out.
    if (!await ask(url, {}, 'DELETE', LEAVE_MAX_MS)) console.log('left without a word: there was no answer')
    return true
  } catch (e) {
    if (!(e instanceof Refused) || e.status !== 410) throw e
    console.log('the lease ran out; registering anew')
    return false
  } finally {
    running.forEach(({ stop }) => stop.abort())
  }
}

const leaving = new Promise(resolve => process.once('SIGTERM', () => resolve()).once('SIGINT', () => resolve()))
while (!(await work(leaving)));
process.exit()
