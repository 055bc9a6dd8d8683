import { confirm } from '../../ui/confirm'
import { prefer, usePreferences } from '../../ui/preferences'

const TERMS =
  'Buy, Sell, Close, Reverse and prices in the list of markets are then sent at once, without ' +
  'a question, and so are levels you drag on the chart. Your choice is remembered on this device.'

/** Turn one-click trading on, after saying what it means, or off at once. */
export async function toggleOneClick(): Promise<void> {
  const on = usePreferences.getState().oneClick
  const question = { title: 'One-click trading', message: TERMS, action: 'Turn it on' }
  if (on || (await confirm(question))) prefer({ oneClick: !on })
}
