/** The words of a text that people keep in order: one category a paragraph. */
export function words(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean);
}
