import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core'

/** Dark or light; the choice stays in this browser. */
export function useThemeToggle() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('dark')
  return { scheme, toggle: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark') }
}
