import type { Instrument, Position } from '../../api/model'
import { EditableCell } from '../../ui/editable-cell'
import { formatPrice } from '../../ui/format'
import { amendProblem, changeOf, fieldWord, type LevelField } from '../orders/amend'
import { inPips } from '../orders/levels'
import { useProtect } from '../orders/use-amend'

export interface LevelCellProps {
  position: Position
  instrument: Instrument | undefined
  field: LevelField
}

/** A level that protects a position, changed in place; an empty one is given. */
export function LevelCell({ position, instrument, field }: LevelCellProps) {
  const protect = useProtect()
  const value = position[field]
  const isDistance = field === 'trailing_stop'
  const precision = instrument?.price_precision ?? 5
  if (instrument === undefined) return formatPrice(value, precision)
  const text = value && (isDistance ? inPips(value, instrument.pip) : formatPrice(value, precision))
  const shown = text && isDistance ? `${text} pips` : text
  return (
    <EditableCell
      label={`${fieldWord(field)} of ${position.side} ${position.symbol}`}
      shown={shown ?? '–'}
      text={text ?? ''}
      subject={position}
      problem={(typed) => amendProblem(field, typed, instrument)}
      save={async (typed, subject) => {
        const change = changeOf(field, typed, instrument)
        return change ? protect(subject, change) : 'refused'
      }}
    />
  )
}
