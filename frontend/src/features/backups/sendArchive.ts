import { urlOf, type Reply } from '@/shared/http'
import { ApiProblem, problemFrom } from '@/shared/problem'
import { bearer, endSession, refresh } from '@/shared/session'

export interface Sending {
  database: string
  note: string
  file: File
  onBytes: (sent: number) => void
  signal: AbortSignal
}

type Started = Reply<'/database/backups/upload', 'post'>

/** Sends a file as it is. fetch() cannot tell how far it is, so this is the one XMLHttpRequest. */
export async function sendArchive(sending: Sending): Promise<Started> {
  let reply = await attempt(sending, await bearer())
  if (reply.status === 401) {
    if (await refresh()) reply = await attempt(sending, await bearer())
    if (reply.status === 401) endSession()
  }
  if (!reply.ok) throw await problemFrom(reply)
  return (await reply.json()) as Started
}

function attempt({ database, note, file, onBytes, signal }: Sending, token: string | null): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    request.open('POST', urlOf('/database/backups/upload', undefined, { database, note: note.trim() }))
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    if (token !== null) request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.upload.onprogress = ({ loaded }) => onBytes(loaded)
    request.onload = () => resolve(replyOf(request))
    request.onerror = () => reject(new ApiProblem('network', ''))
    request.onabort = () => reject(new DOMException('', 'AbortError'))
    request.onloadend = () => signal.removeEventListener('abort', stop)
    signal.addEventListener('abort', stop)
    request.send(file)
  })
}

function replyOf(request: XMLHttpRequest): Response {
  const headers = new Headers()
  for (const name of ['X-Request-Id', 'Retry-After', 'Content-Type']) {
    const value = request.getResponseHeader(name)
    if (value !== null) headers.set(name, value)
  }
  return new Response(request.responseText, { status: request.status, statusText: request.statusText, headers })
}
