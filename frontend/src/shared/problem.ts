import type { components } from './api.gen'

type Wire = components['schemas']['Problem']
/** What the server may say, and the three things that only this side can see. */
export type ProblemCode = components['schemas']['ErrorCode'] | 'network' | 'bad_reply' | 'cut_off'
export const clientCodes = ['network', 'bad_reply', 'cut_off'] as const satisfies readonly ProblemCode[]

/** The one error type of every call. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly code: ProblemCode
  readonly status: number
  readonly requestId: string | null
  readonly field: string | null
  readonly sqlstate: string | null
  /** In characters (code points) from 1, as PostgreSQL counts. */
  readonly position: number | null
  readonly hint: string | null
  readonly parserVersion: string | null
  readonly retryAfter: number | null

  constructor(code: ProblemCode, detail: string, more: Partial<Wire> = {}) {
    super(detail)
    this.code = code
    this.status = more.status ?? 0
    this.requestId = more.request_id ?? null
    this.field = more.field ?? null
    this.sqlstate = more.sqlstate ?? null
    this.position = more.position ?? null
    this.hint = more.hint ?? null
    this.parserVersion = more.parser_version ?? null
    this.retryAfter = more.retry_after ?? null
  }
}

export type Challenge = components['schemas']['Challenge']

/** A dangerous call was made without its confirmation; carries what to show. */
export class ChallengeRequired extends Error {
  override readonly name = 'ChallengeRequired'
  constructor(readonly challenge: Challenge) {
    super('confirmation required')
  }
}

export async function problemFrom(response: Response): Promise<Error> {
  const requestId = response.headers.get('X-Request-Id') ?? undefined
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const body = await readJson(response)
  if (response.status === 428 && isRecord(body) && typeof body.confirmation_token === 'string') {
    return new ChallengeRequired(body as unknown as Challenge)
  }
  if (isRecord(body) && typeof body.code === 'string') {
    const wire = body as unknown as Wire
    return new ApiProblem(wire.code, wire.detail, {
      ...(Number.isFinite(retryAfter) && { retry_after: retryAfter }),
      ...(requestId !== undefined && { request_id: requestId }),
      ...wire,
    })
  }
  return new ApiProblem('bad_reply', `HTTP ${response.status} ${response.statusText}`.trim(), {
    status: response.status,
    ...(requestId !== undefined && { request_id: requestId }),
  })
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  return new ApiProblem('bad_reply', error instanceof Error ? error.message : String(error))
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
