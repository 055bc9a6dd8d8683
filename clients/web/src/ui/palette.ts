/** Colours the chart needs as values; they mirror tokens.css. Blue and orange, never red and green. */
export interface Palette {
  background: string
  text: string
  grid: string
  border: string
  up: string
  down: string
  crosshair: string
}

export const PALETTES: Readonly<Record<'dark' | 'light', Palette>> = {
  dark: {
    background: '#0f141b',
    text: '#93a1b3',
    grid: '#18202a',
    border: '#222c38',
    up: '#4d9fff',
    down: '#ff9a3d',
    crosshair: '#5b6b7e',
  },
  light: {
    background: '#ffffff',
    text: '#526173',
    grid: '#eef1f5',
    border: '#d5dce5',
    up: '#0a66d0',
    down: '#c75b00',
    crosshair: '#64748a',
  },
}
