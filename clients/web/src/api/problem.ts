/** One field the server did not accept. */
export interface FieldProblem {
  field: string
  code: string
  message: string
}

/** An RFC 9457 problem document, thrown. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly errors: readonly FieldProblem[]
  readonly retryAfterMs: number | undefined

  constructor(status: number, code: string, text: string, more: ProblemDetails = {}) {
    super(text)
    this.status = status
    this.code = code
    this.errors = more.errors ?? []
    this.retryAfterMs = more.retryAfterMs
  }
}

interface ProblemDetails {
  errors?: readonly FieldProblem[]
  retryAfterMs?: number | undefined
}

/** No answer came: the request may or may not have reached the server. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

interface Body {
  code?: unknown
  title?: unknown
  detail?: unknown
  errors?: unknown
}

/** Read a problem from an answer that is not a success; anything else than a problem still works. */
export function problemOf(body: unknown, response: Response): Problem {
  const fields: Body = typeof body === 'object' && body !== null ? body : {}
  const text = [fields.detail, fields.title].find((words) => typeof words === 'string' && words)
  return new Problem(
    response.status,
    typeof fields.code === 'string' ? fields.code : `http_${response.status}`,
    typeof text === 'string' ? text : response.statusText,
    {
      errors: Array.isArray(fields.errors) ? (fields.errors as FieldProblem[]) : [],
      retryAfterMs: retryAfter(response.headers.get('Retry-After')),
    },
  )
}

function retryAfter(header: string | null): number | undefined {
  const seconds = Number(header)
  return header !== null && Number.isFinite(seconds) ? seconds * 1000 : undefined
}
