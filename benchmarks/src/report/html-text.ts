// Text for a page.

/** What stands in the page's address after `#`. */
export function anchor(id: string): string {
  return id.replaceAll(/[^a-z0-9]+/gi, '-');
}

export function safe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Text with code between backquotes. */
export function inline(text: string): string {
  return safe(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');
}

/** As the first word of a heading. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
