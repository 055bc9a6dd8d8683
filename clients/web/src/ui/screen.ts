/** Where one thing at a time is shown; the style sheets ask for the same width. */
export const PHONE = '(max-width: 900px)'
