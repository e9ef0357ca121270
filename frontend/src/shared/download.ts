import { ApiProblem, isAbort } from './problem'

interface SaveWindow {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>
}

export interface DownloadTarget {
  /** Writes the reply's body whole, or leaves no file. */
  write(response: Response, onBytes: (bytes: number) => void): Promise<void>
}

/**
 * Asks where to save. Must be called from a click, before anything slow: the browser forgets the click.
 * Null when the person changed their mind.
 */
export async function pickTarget(name: string): Promise<DownloadTarget | null> {
  const picker = (window as SaveWindow).showSaveFilePicker
  if (picker !== undefined) {
    try {
      return toFile(await picker.call(window, { suggestedName: name }))
    } catch (error) {
      if (isAbort(error)) return null
    }
  }
  return toBlob(name)
}

/** Straight to disk: the size of the result does not matter. */
function toFile(handle: FileSystemFileHandle): DownloadTarget {
  return {
    async write(response, onBytes) {
      const file = await handle.createWritable()
      try {
        await counted(response, onBytes).pipeTo(file)
      } catch (error) {
        throw explain(error, response)
      }
    },
  }
}

function toBlob(name: string): DownloadTarget {
  return {
    async write(response, onBytes) {
      let blob: Blob
      try {
        blob = await new Response(counted(response, onBytes)).blob()
      } catch (error) {
        throw explain(error, response)
      }
      saveBlob(blob, name)
    },
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

function counted(response: Response, onBytes: (bytes: number) => void): ReadableStream<Uint8Array<ArrayBuffer>> {
  let bytes = 0
  const count = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      onBytes(bytes)
      controller.enqueue(chunk)
    },
  })
  if (response.body === null) throw new ApiProblem('cut_off', '')
  return response.body.pipeThrough(count)
}

/** A transfer that broke in the middle is an error, never a short file. */
function explain(error: unknown, response: Response): unknown {
  if (isAbort(error)) return error
  return new ApiProblem('cut_off', '', { request_id: response.headers.get('X-Request-Id') ?? '' })
}
