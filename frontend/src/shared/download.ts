import { ApiProblem, isAbort } from './problem'

interface SaveWindow {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>
}

/** Where the bytes go; nothing is there under its name until `close`. */
interface Sink {
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

export interface DownloadTarget {
  /** Writes the reply's body whole, or leaves no file. */
  write(response: Response, onBytes: (bytes: number) => void): Promise<void>
  /** For what the server can send in parts (Range): a transfer that breaks is taken up where it broke. */
  writeResumed(from: (offset: number) => Promise<Response>, onBytes: (bytes: number) => void): Promise<void>
}

/**
 * Asks where to save. Must be called from a click, before anything slow: the browser forgets the click.
 * Null when the person changed their mind.
 */
export async function pickTarget(name: string): Promise<DownloadTarget | null> {
  const picker = (window as SaveWindow).showSaveFilePicker
  if (picker !== undefined) {
    try {
      const handle = await picker.call(window, { suggestedName: name })
      return target(async () => fileSink(await handle.createWritable()))
    } catch (error) {
      if (isAbort(error)) return null
    }
  }
  return target(() => Promise.resolve(blobSink(name)))
}

/** Straight to disk: the size of the result does not matter. */
function fileSink(file: FileSystemWritableFileStream): Sink {
  return { write: (chunk) => file.write(chunk), close: () => file.close(), abort: () => file.abort() }
}

function blobSink(name: string): Sink {
  const parts: Uint8Array<ArrayBuffer>[] = []
  return {
    write: (chunk) => Promise.resolve(void parts.push(chunk)),
    close: () => Promise.resolve(saveBlob(new Blob(parts), name)),
    abort: () => Promise.resolve(void parts.splice(0)),
  }
}

function target(open: () => Promise<Sink>): DownloadTarget {
  return {
    async write(response, onBytes) {
      await whole(await open(), async (sink) => {
        await pour(response, sink, 0, onBytes)
      })
    },
    async writeResumed(from, onBytes) {
      await whole(await open(), (sink) => resumed(from, sink, onBytes))
    },
  }
}

async function whole(sink: Sink, work: (sink: Sink) => Promise<void>): Promise<void> {
  try {
    await work(sink)
  } catch (error) {
    await sink.abort()
    throw error
  }
  await sink.close()
}

const attemptsWithoutProgress = 5

async function resumed(from: (offset: number) => Promise<Response>, sink: Sink, onBytes: (bytes: number) => void): Promise<void> {
  let offset = 0
  let version: string | null = null
  for (let failures = 0; ; failures += 1) {
    const before = offset
    try {
      const response = await from(offset)
      // A part that was not asked for, or of another file, would make a file of pieces that do not fit.
      const etag = response.headers.get('ETag')
      if (offset > 0 && (response.status !== 206 || etag !== version)) throw new ApiProblem('conflict', '')
      version = etag
      await pour(response, sink, offset, (bytes) => onBytes((offset = bytes)))
      return
    } catch (error) {
      if (offset > before) failures = 0
      const passing = error instanceof ApiProblem && (error.code === 'cut_off' || error.code === 'network')
      if (!passing || failures + 1 >= attemptsWithoutProgress) throw error
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** failures))
    }
  }
}

async function pour(response: Response, sink: Sink, offset: number, onBytes: (bytes: number) => void): Promise<void> {
  const id = response.headers.get('X-Request-Id') ?? ''
  if (response.body === null) throw new ApiProblem('cut_off', '', { request_id: id })
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>
  for (let bytes = offset; ; ) {
    let next: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>
    try {
      next = await reader.read()
    } catch (error) {
      // A transfer that broke in the middle is an error, never a short file.
      throw isAbort(error) ? error : new ApiProblem('cut_off', '', { request_id: id })
    }
    if (next.done) return
    await sink.write(next.value)
    bytes += next.value.byteLength
    onBytes(bytes)
  }
}

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => {
    URL.revokeObjectURL(link.href)
  }, 60_000)
}
