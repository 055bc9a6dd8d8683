import { Kbd, Modal, Switch } from '@mantine/core'
import { useCallback, useState } from 'react'
import { useCommand } from '../ui/commands'
import { prefer, usePreferences } from '../ui/preferences'
import classes from './help-dialog.module.css'
import type { Shortcut } from './shortcuts'

export interface HelpDialogProps {
  shortcuts: readonly Shortcut[]
  note?: string
}

/** All keys, and the switch that turns them off (a dropped pencil must not trade). */
export function HelpDialog({ shortcuts, note }: HelpDialogProps) {
  const [open, setOpen] = useState(false)
  const on = usePreferences((state) => state.shortcuts)
  useCommand(
    'help',
    useCallback(() => setOpen(true), []),
  )
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keyboard shortcuts" size="lg">
      <Switch
        label="Use keyboard shortcuts"
        checked={on}
        onChange={(event) => prefer({ shortcuts: event.currentTarget.checked })}
        mb="sm"
      />
      <dl className={classes.keys}>
        {shortcuts.map(({ shown, does }) => (
          <div key={shown}>
            <dt>
              <Kbd>{shown}</Kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      {note && <p className={classes.note}>{note}</p>}
    </Modal>
  )
}
