import { Modal } from '@mantine/core'
import { useState } from 'react'
import type { Instrument, Position } from '../../api/model'
import { useTrading } from '../../api/trading'
import { confirm } from '../../ui/confirm'
import { formatPrice, formatQuantity } from '../../ui/format'
import { usePreferences } from '../../ui/preferences'
import classes from '../../ui/table.module.css'
import { sideWord } from '../../ui/words'
import { useActiveAccount } from '../account/active-account'
import { PartialCloseDialog } from './partial-close-dialog'
import { usePositions } from './positions-query'
import { useClose, useDealing } from './use-close'

export interface PositionActionsProps {
  position: Position
  instrument: Instrument | undefined
}

const inWords = ({ side, quantity, symbol }: Position) =>
  `${side} ${formatQuantity(quantity)} ${symbol}`

/** Asked before something is dealt; one click does without. */
async function isMeant(title: string, message: string, action: string): Promise<boolean> {
  return usePreferences.getState().oneClick || confirm({ title, message, action })
}

/** Close all of a position. */
export function CloseButton({ position, instrument }: PositionActionsProps) {
  const { close, busy } = useClose(position, instrument)
  const what = inWords(position)
  const press = async () => {
    if (await isMeant(`Close ${what}?`, 'At the market, all of it.', 'Close')) await close()
  }
  return (
    <button
      type="button"
      className={classes.button}
      disabled={busy}
      onClick={() => void press()}
      aria-label={`Close ${what}`}
    >
      Close
    </button>
  )
}

/** What else is done with a position, where there is room for it. */
export function MoreButtons({ position, instrument }: PositionActionsProps) {
  const { close, busy } = useClose(position, instrument)
  const [partial, setPartial] = useState(false)
  return (
    <>
      <button
        type="button"
        className={classes.button}
        disabled={busy || instrument === undefined}
        onClick={() => setPartial(true)}
        aria-label={`Close part of ${inWords(position)}`}
      >
        Part…
      </button>
      <TurnButtons position={position} instrument={instrument} />
      {partial && instrument && (
        <PartialCloseDialog
          position={position}
          instrument={instrument}
          close={close}
          onDone={() => setPartial(false)}
        />
      )}
    </>
  )
}

/** Turn a position round, or close it against an opposite one where the account can have both. */
function TurnButtons({ position, instrument }: PositionActionsProps) {
  const trading = useTrading()
  const { send, busy } = useDealing('Not reversed')
  const { position_mode: mode } = useActiveAccount()
  const what = inWords(position)
  const press = async () => {
    const side = sideWord(position.side === 'buy' ? 'sell' : 'buy').toLowerCase()
    const message = `It is closed, and as much is opened on the ${side} side, at the market.`
    if (!(await isMeant(`Reverse ${what}?`, message, 'Reverse'))) return
    await send((key) => trading.reverse(position, key))
  }
  return (
    <>
      <button
        type="button"
        className={classes.button}
        disabled={busy}
        onClick={() => void press()}
        aria-label={`Reverse ${what}`}
      >
        Reverse
      </button>
      {mode === 'hedging' && <CloseByButton position={position} instrument={instrument} />}
    </>
  )
}

function CloseByButton({ position, instrument }: PositionActionsProps) {
  const [open, setOpen] = useState(false)
  const opposites = usePositions().data?.filter(
    ({ symbol, side }) => symbol === position.symbol && side !== position.side,
  )
  if (!opposites?.length) return null
  return (
    <>
      <button
        type="button"
        className={classes.button}
        onClick={() => setOpen(true)}
        aria-label={`Close ${inWords(position)} by an opposite position`}
      >
        By…
      </button>
      {open && (
        <CloseByDialog
          position={position}
          instrument={instrument}
          opposites={opposites}
          onDone={() => setOpen(false)}
        />
      )}
    </>
  )
}

interface CloseByDialogProps extends PositionActionsProps {
  opposites: readonly Position[]
  onDone: () => void
}

/** Which opposite position it is to be closed by: no spread, and what is left stays open. */
function CloseByDialog({ position, instrument, opposites, onDone }: CloseByDialogProps) {
  const trading = useTrading()
  const { send, busy } = useDealing('Not closed')
  const choose = async (opposite: Position) => {
    await send((key) => trading.closeBy(position, opposite, key))
    onDone()
  }
  return (
    <Modal opened onClose={onDone} title={`Close ${inWords(position)} by`} size="sm">
      <p className="quiet">
        Both close against each other as far as both go, without spread. What is left of the larger
        stays open.
      </p>
      <ul className={classes.choices}>
        {opposites.map((opposite) => (
          <li key={opposite.id}>
            <button
              type="button"
              className={classes.button}
              disabled={busy}
              onClick={() => void choose(opposite)}
            >
              #{opposite.ticket} {inWords(opposite)} at{' '}
              {formatPrice(opposite.open_price, instrument?.price_precision ?? 5)}
            </button>
          </li>
        ))}
      </ul>
    </Modal>
  )
}
