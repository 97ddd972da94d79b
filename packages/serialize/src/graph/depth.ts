/** Nesting that the machine stack carries; what lies deeper is put off and written from a stack of its own. */
export const MAX_RECURSION = 200;
/**
 * Where nesting goes on through objects that cannot be put off, such as proxies: what a reader takes, which
 * goes two levels deeper for each.
 */
export const MAX_UNSPLIT = 400;
