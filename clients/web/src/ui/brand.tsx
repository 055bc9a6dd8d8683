import classes from './brand.module.css'

/** The sign and name of the product. */
export function Brand({ size = 22 }: { size?: number }) {
  return (
    <span className={classes.brand} style={{ fontSize: size * 0.68 }}>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <g fill="none" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round">
          <path d="M4 12h14.5a4 4 0 1 0-3.6-5.7" />
          <path d="M4 17h22" />
          <path d="M4 22h11.5a3.6 3.6 0 1 1-3.2 5.2" />
        </g>
      </svg>
      <span>Tradewind</span>
    </span>
  )
}
