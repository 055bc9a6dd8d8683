import { Button, Group, Modal, Text } from '@mantine/core'
import { create } from 'zustand'
import type { Side } from '../api/model'

export interface Question {
  title: string
  message: string
  /** What the button says that does it. */
  action: string
  /** Colours the button as the dealing buttons are. */
  side?: Side | undefined
}

interface Asked extends Question {
  answer: (yes: boolean) => void
}

/** What is being asked now; at most one question at a time. */
export const useAsked = create<{ asked: Asked | undefined }>(() => ({ asked: undefined }))

/** Ask before something is done; true when the user says so. A second question takes the first's place. */
export function confirm(question: Question): Promise<boolean> {
  useAsked.getState().asked?.answer(false)
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      useAsked.setState({ asked: undefined })
      resolve(yes)
    }
    useAsked.setState({ asked: { ...question, answer } })
  })
}

/** The dialog of `confirm`: Enter does it, Escape does not. */
export function ConfirmDialog() {
  const asked = useAsked((state) => state.asked)
  if (asked === undefined) return null
  const { title, message, action, side, answer } = asked
  const colours = side && { backgroundColor: `var(--${side})`, color: `var(--${side}-text)` }
  return (
    <Modal opened onClose={() => answer(false)} title={title} size="sm">
      <Text size="sm" style={{ whiteSpace: 'pre-line' }}>
        {message}
      </Text>
      <Group mt={16} gap={8} justify="flex-end">
        <Button variant="default" onClick={() => answer(false)}>
          Back
        </Button>
        <Button data-autofocus onClick={() => answer(true)} {...(colours && { style: colours })}>
          {action}
        </Button>
      </Group>
    </Modal>
  )
}
