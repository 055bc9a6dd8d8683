import { createTheme, type MantineColorsTuple } from '@mantine/core'

/** Mantine's surfaces in the terminal's greys, so that dialogs belong to it. */
const dark: MantineColorsTuple = [
  '#e4eaf1',
  '#c3cdd9',
  '#a3b0c0',
  '#8391a3',
  '#34414f',
  '#222c38',
  '#161d27',
  '#0f141b',
  '#0c1016',
  '#070a0e',
]

export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  colors: { dark },
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    InputWrapper: { styles: { label: { marginBottom: 5 } } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 0 } } },
  },
})
