import { Button, Group, Modal, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { big, type Quantity, quantity as toQuantity } from '../../api/decimals'
import type { Instrument, Position } from '../../api/model'
import { formatLots, formatQuantity } from '../../ui/format'
import { parseQuantity, quantityProblem } from '../orders/quantity'

export interface PartialCloseDialogProps {
  position: Position
  instrument: Instrument
  close: (quantity: Quantity) => Promise<boolean>
  onDone: () => void
}

const SHARES = [25, 50, 75, 100] as const

/** Ask how much of a position to close. */
export function PartialCloseDialog(props: PartialCloseDialogProps) {
  const { position, instrument, close, onDone } = props
  const [text, setText] = useState(() => formatQuantity(share(props, 50)))
  const chosen = parseQuantity(text)
  const problem = chosen ? problemOf(chosen, props) : 'Enter a quantity'
  const submit = async () => {
    if (!chosen || problem) return
    onDone()
    await close(chosen)
  }
  return (
    <Modal opened onClose={onDone} title={`Close part of ${position.symbol}`} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <TextInput
          data-autofocus
          label="Quantity to close"
          description={`Open: ${formatQuantity(position.quantity)}${lots(position.quantity, instrument)}`}
          inputMode="decimal"
          value={text}
          error={problem}
          onChange={(event) => setText(event.target.value)}
        />
        <Group gap={6} mt={10} grow>
          {SHARES.map((percent) => (
            <Button
              key={percent}
              variant="default"
              size="compact-sm"
              onClick={() => setText(formatQuantity(share(props, percent)))}
            >
              {percent} %
            </Button>
          ))}
        </Group>
        <Text size="xs" c="dimmed" mt={10}>
          Executed at the price on screen with the ticket’s terms.
        </Text>
        <Button type="submit" fullWidth mt={14} disabled={problem !== undefined}>
          Close {chosen && !problem ? formatQuantity(chosen) : ''}
        </Button>
      </form>
    </Modal>
  )
}

const lots = (units: Quantity, instrument: Instrument) =>
  ` (${formatLots(units, instrument.contract_size)} lots)`

function problemOf(chosen: Quantity, { position, instrument }: PartialCloseDialogProps) {
  if (big(chosen).gt(big(position.quantity))) return 'More than is open'
  // All that is left may always go, whatever its size.
  return big(chosen).eq(big(position.quantity)) ? undefined : quantityProblem(chosen, instrument)
}

function share({ position, instrument }: PartialCloseDialogProps, percent: number): Quantity {
  const step = big(instrument.quantity_step)
  const part = big(position.quantity).times(percent).div(100)
  return toQuantity(part.div(step).round(0, 0).times(step).toFixed())
}
