/** The output of a plugin as text: UTF-8, or else windows-1252, which old plugins on Windows and with other locales write. */
export function pluginText(bytes: Buffer, isCut = false): string {
  try {
    // A cut text may end within a character.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
