import { type KeyboardEvent, useEffect, useReducer, useRef } from 'react'
import classes from './editable-cell.module.css'
import { type Edit, type Editing, edited, SHOWN } from './editing'

/** What became of a change: it holds, it was refused, or its subject is another by now. */
export type Saved = 'done' | 'refused' | 'stale'

export interface EditableCellProps<T> {
  /** What is changed, in words: `Stop loss of order 17`. */
  label: string
  /** What is shown while nobody types. */
  shown: string
  /** What typing begins with. */
  text: string
  subject: T
  /** Why the text cannot be sent; undefined when it can. */
  problem: (text: string) => string | undefined
  save: (text: string, subject: T) => Promise<Saved>
}

/** A value changed in place: double click, tap or Enter opens, Enter sends, Escape leaves it. */
export function EditableCell<T>(props: EditableCellProps<T>) {
  const { label, shown, text, subject } = props
  const [state, dispatch] = useReducer(edited<T>, SHOWN)
  const button = useRef<HTMLButtonElement>(null)
  const leave = (edit: Edit<T>) => {
    dispatch(edit)
    // The key goes on from where it came, once the button is there again.
    requestAnimationFrame(() => button.current?.focus())
  }
  if (state.kind !== 'shown') {
    return <Input {...props} state={state} dispatch={dispatch} leave={leave} />
  }
  const open = () => dispatch({ kind: 'open', text, subject })
  return (
    <button
      ref={button}
      type="button"
      className={classes.value}
      aria-label={`${label}: ${shown}. Change`}
      title="Double-click or Enter to change"
      onDoubleClick={open}
      onClick={(event) => {
        if (event.detail === 0 || isTouch(event.nativeEvent)) open()
      }}
    >
      {shown}
    </button>
  )
}

const isTouch = (event: MouseEvent) => 'pointerType' in event && event.pointerType === 'touch'

interface InputProps<T> extends EditableCellProps<T> {
  state: Exclude<Editing<T>, { kind: 'shown' }>
  dispatch: (edit: Edit<T>) => void
  leave: (edit: Edit<T>) => void
}

function Input<T>({ label, problem, save, state, dispatch, leave }: InputProps<T>) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  const wrong = problem(state.text)
  const send = async () => {
    if (wrong || state.kind === 'sending') return
    dispatch({ kind: 'send' })
    const saved = await save(state.text, state.subject)
    if (saved === 'refused') dispatch({ kind: 'refused' })
    else leave({ kind: 'done' })
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') void send()
    if (event.key === 'Escape') leave({ kind: 'escape' })
  }
  return (
    <input
      ref={input}
      className={classes.input}
      aria-label={label}
      aria-invalid={wrong !== undefined}
      title={wrong ?? 'Enter sends, Escape leaves it'}
      inputMode="decimal"
      autoComplete="off"
      readOnly={state.kind === 'sending'}
      value={state.text}
      onChange={(event) => dispatch({ kind: 'type', text: event.target.value })}
      onKeyDown={press}
      onBlur={() => dispatch({ kind: 'escape' })}
    />
  )
}
