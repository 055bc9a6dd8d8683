import { useCallback, useRef } from 'react'
import { useCommand } from './commands'
import classes from './search.module.css'

export interface SearchProps {
  value: string
  onChange: (text: string) => void
  /** The key that leads here, where there are keys. */
  hint: string
}

/** Finds symbols as one types; Escape gives all of them back. */
export function Search({ value, onChange, hint }: SearchProps) {
  const input = useRef<HTMLInputElement>(null)
  useCommand(
    'search',
    useCallback(() => input.current?.focus(), []),
  )
  return (
    <input
      ref={input}
      className={classes.search}
      type="search"
      placeholder={`Find  ${hint}`}
      aria-label="Find a symbol"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        onChange('')
        input.current?.blur()
      }}
    />
  )
}
