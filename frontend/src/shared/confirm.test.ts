import { beforeEach, describe, expect, it, vi } from 'vitest'
import { confirmation, confirmWith, dismiss, runDangerous, startAgain, type ConfirmationHeaders } from './confirm'
import { ApiProblem, ChallengeRequired, type Challenge } from './problem'

const challenge = (token: string): Challenge => ({
  confirmation_token: token,
  phrase: '终止 42',
  summary: 's',
  impact: {},
  undo: 'u',
  expires_at: '2026-11-23T12:00:00Z',
})

function server(...answers: (Error | string)[]) {
  return vi.fn<(headers: ConfirmationHeaders) => Promise<string>>(() => {
    const answer = answers.shift()
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? '')
  })
}

beforeEach(() => {
  dismiss()
})

describe('a dangerous call', () => {
  it('runs after the phrase, sent URL-encoded with the token', async () => {
    const call = server(new ChallengeRequired(challenge('t1')), 'gone')
    const outcome = runDangerous({ title: 'Terminate' }, call)
    await vi.waitFor(() => expect(confirmation.pending?.challenge?.confirmation_token).toBe('t1'))
    await confirmWith('终止 42')
    expect(await outcome).toEqual({ done: true, result: 'gone' })
    expect(call).toHaveBeenLastCalledWith({ 'X-Confirmation-Token': 't1', 'X-Confirmation-Phrase': '%E7%BB%88%E6%AD%A2%2042' })
    expect(confirmation.pending).toBeNull()
  })

  it('does nothing when dismissed', async () => {
    const call = server(new ChallengeRequired(challenge('t1')))
    const outcome = runDangerous({ title: 'Terminate' }, call)
    await vi.waitFor(() => expect(confirmation.pending).not.toBeNull())
    dismiss()
    expect(await outcome).toEqual({ done: false })
    expect(call).toHaveBeenCalledTimes(1)
  })

  it('explains a stale confirmation and starts again without it', async () => {
    const call = server(new ChallengeRequired(challenge('t1')), new ApiProblem('confirmation_stale', '', { status: 409 }), new ChallengeRequired(challenge('t2')), 'gone')
    const outcome = runDangerous({ title: 'Terminate' }, call)
    await vi.waitFor(() => expect(confirmation.pending).not.toBeNull())
    await confirmWith('x')
    expect(confirmation.pending).toMatchObject({ challenge: null, problem: { code: 'confirmation_stale' } })
    await startAgain()
    expect(call).toHaveBeenLastCalledWith({})
    expect(confirmation.pending?.challenge?.confirmation_token).toBe('t2')
    await confirmWith('y')
    expect(await outcome).toEqual({ done: true, result: 'gone' })
  })

  it('throws what the first step throws, without a dialog', async () => {
    await expect(runDangerous({ title: 'Terminate' }, server(new ApiProblem('not_found', '')))).rejects.toMatchObject({ code: 'not_found' })
    expect(confirmation.pending).toBeNull()
  })
})
