/** A value of a table while somebody changes it in place; `subject` is what it was read from. */
export type Editing<T> =
  | { kind: 'shown' }
  | { kind: 'typing' | 'sending'; text: string; subject: T }

export type Edit<T> =
  | { kind: 'open'; text: string; subject: T }
  | { kind: 'type'; text: string }
  | { kind: 'send' }
  | { kind: 'refused' }
  | { kind: 'done' | 'escape' }

export const SHOWN = { kind: 'shown' } as const

/** What was opened stays on the version it was opened on, whatever the table shows meanwhile. */
export function edited<T>(state: Editing<T>, edit: Edit<T>): Editing<T> {
  switch (edit.kind) {
    case 'open':
      return state.kind === 'shown' ? { ...edit, kind: 'typing' } : state
    case 'type':
      return state.kind === 'typing' ? { ...state, text: edit.text } : state
    case 'send':
      return state.kind === 'typing' ? { ...state, kind: 'sending' } : state
    case 'refused':
      return state.kind === 'sending' ? { ...state, kind: 'typing' } : state
    case 'escape':
      // What is on its way cannot be taken back by a key.
      return state.kind === 'sending' ? state : SHOWN
    case 'done':
      return SHOWN
  }
}
