import { useCallback, useMemo, useState } from 'react'
import type { Instrument } from '../../api/model'
import { usePreferences } from '../../ui/preferences'
import { type Draft, EMPTY, type Field, problemsOf, termsOf } from './draft'

export interface DraftProps {
  instrument: Instrument
  draft: Draft
  change: (part: Partial<Draft>) => void
  problems: Partial<Record<Field, string>>
}

/** What is typed in the ticket, what is wrong with it, and what it asks for. */
export function useDraft(instrument: Instrument) {
  const [draft, setDraft] = useState(EMPTY)
  const unit = usePreferences((state) => state.levelUnit)
  const change = useCallback(
    (part: Partial<Draft>) => setDraft((draft) => ({ ...draft, ...part })),
    [],
  )
  return useMemo(
    () => ({
      draft,
      change,
      instrument,
      problems: problemsOf(draft, unit, instrument, new Date()),
      terms: termsOf(draft, unit, instrument),
    }),
    [draft, unit, instrument, change],
  )
}
