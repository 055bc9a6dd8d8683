import classes from './table.module.css'

export interface Pages {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
}

/** The way to older entries of a list that is read page by page. */
export function LoadMore({ pages }: { pages: Pages }) {
  if (!pages.hasNextPage) return null
  return (
    <button
      type="button"
      className={`${classes.button} ${classes.more}`}
      disabled={pages.isFetchingNextPage}
      onClick={() => pages.fetchNextPage()}
    >
      {pages.isFetchingNextPage ? 'Loading…' : 'Older entries'}
    </button>
  )
}
