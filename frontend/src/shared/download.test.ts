import { afterEach, describe, expect, it, vi } from 'vitest'
import { pickTarget } from './download'

/** A file that remembers. */
function fakeFile() {
  const file = { bytes: [] as number[], state: 'open' }
  const writable = {
    write: (chunk: Uint8Array) => Promise.resolve(void file.bytes.push(...chunk)),
    close: () => Promise.resolve(void (file.state = 'kept')),
    abort: () => Promise.resolve(void (file.state = 'gone')),
  }
  vi.stubGlobal('window', { showSaveFilePicker: () => Promise.resolve({ createWritable: () => Promise.resolve(writable) }) })
  return file
}

/** A reply of these bytes that breaks after them, or ends well. */
function reply(bytes: number[], { breaks = false, status = 200, etag = '"a"' } = {}): Response {
  let sent = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!sent) controller.enqueue(Uint8Array.from(bytes))
      else if (breaks) controller.error(new TypeError('network error'))
      else controller.close()
      sent = true
    },
  })
  return new Response(body, { status, headers: { ETag: etag } })
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a download', () => {
  it('is taken up where it broke, and is whole in the end', async () => {
    const file = fakeFile()
    const target = await pickTarget('x')
    const asked: number[] = []
    const replies = [reply([1, 2, 3], { breaks: true }), reply([4, 5], { status: 206 })]
    let seen = 0
    await target?.writeResumed((offset) => {
      asked.push(offset)
      return Promise.resolve(replies[asked.length - 1] as Response)
    }, (bytes) => (seen = bytes))
    expect({ file, asked, seen }).toEqual({ file: { bytes: [1, 2, 3, 4, 5], state: 'kept' }, asked: [0, 3], seen: 5 })
  })

  it.each([
    ['begins anew', { status: 200 }],
    ['is of another file', { status: 206, etag: '"b"' }],
  ])('leaves no file when what comes after the break %s', async (_, second) => {
    const file = fakeFile()
    const target = await pickTarget('x')
    const replies = [reply([1, 2, 3], { breaks: true }), reply([4, 5], second)]
    await expect(target?.writeResumed(() => Promise.resolve(replies.shift() as Response), () => undefined)).rejects.toMatchObject({ code: 'conflict' })
    expect(file.state).toBe('gone')
  })

  it('that cannot be taken up leaves no file when it breaks', async () => {
    const file = fakeFile()
    const target = await pickTarget('x')
    await expect(target?.write(reply([1, 2], { breaks: true }), () => undefined)).rejects.toMatchObject({ code: 'cut_off' })
    expect(file.state).toBe('gone')
  })
})
