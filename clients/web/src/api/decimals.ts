import Big from 'big.js'

declare const unit: unique symbol

/** Decimal strings with a unit: `price * 2` does not compile, and neither does a money as a price. */
export type Price = string & { readonly [unit]: 'Price' }
export type Money = string & { readonly [unit]: 'Money' }
export type Quantity = string & { readonly [unit]: 'Quantity' }
export type Rate = string & { readonly [unit]: 'Rate' }
export type Decimal = Price | Money | Quantity | Rate

const PATTERN = /^-?\d{1,20}(\.\d{1,18})?$/

/** Tell whether text is one plain decimal number as the API writes it. */
export function isDecimal(text: string): boolean {
  return PATTERN.test(text)
}

function checked(text: string): string {
  if (!isDecimal(text)) throw new RangeError(`not a decimal: ${text}`)
  return text
}

export const price = (text: string): Price => checked(text) as Price
export const money = (text: string): Money => checked(text) as Money
export const quantity = (text: string): Quantity => checked(text) as Quantity
export const rate = (text: string): Rate => checked(text) as Rate

/** Big of a decimal; half-even is the rounding of every amount on screen. */
export function big(value: Decimal): Big {
  return new Big(value)
}

Big.RM = Big.roundHalfEven
Big.DP = 20

/** -1, 0 or 1; equal strings, by far the most common case, cost nothing. */
export function compare<T extends Decimal>(left: T, right: T): -1 | 0 | 1 {
  return left === right ? 0 : big(left).cmp(big(right))
}

/** Number for drawing only (chart geometry); never for a decision or an amount. */
export function forDrawing(value: Decimal): number {
  return Number(value)
}
