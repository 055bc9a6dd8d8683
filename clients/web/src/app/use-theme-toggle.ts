import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useCallback } from 'react'
import { useCommand } from '../ui/commands'

/** Dark or light; the choice stays in this browser. */
export function useThemeToggle() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('dark')
  const toggle = useCallback(
    () => setColorScheme(scheme === 'dark' ? 'light' : 'dark'),
    [scheme, setColorScheme],
  )
  useCommand('theme', toggle)
  return { scheme, toggle }
}
