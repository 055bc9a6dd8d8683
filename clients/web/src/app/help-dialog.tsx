import { Kbd, Modal, Switch } from '@mantine/core'
import { useCallback, useState } from 'react'
import { useCommand } from '../ui/commands'
import { prefer, usePreferences } from '../ui/preferences'
import classes from './help-dialog.module.css'
import { SHORTCUTS } from './shortcuts'

/** All keys, and the switch that turns them off (a dropped pencil must not trade). */
export function HelpDialog() {
  const [open, setOpen] = useState(false)
  const on = usePreferences((state) => state.shortcuts)
  useCommand(
    'help',
    useCallback(() => setOpen(true), []),
  )
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keyboard shortcuts" size="md">
      <Switch
        label="Use keyboard shortcuts"
        checked={on}
        onChange={(event) => prefer({ shortcuts: event.currentTarget.checked })}
        mb="sm"
      />
      <dl className={classes.keys}>
        {SHORTCUTS.map(({ shown, does }) => (
          <div key={shown}>
            <dt>
              <Kbd>{shown}</Kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className={classes.note}>
        Buying and selling by key or button sends the order at once, with the quantity and terms of
        the ticket. The server’s answer is shown; nothing counts before it.
      </p>
    </Modal>
  )
}
