/**
 * Some browsers have an invalid language (`en-US@posix`). `Intl` throws for it in libraries that use it as soon as they are loaded,
 * and the whole page fails. From here on such a browser has the intended language, or English.
 */
export function mendLanguage(navigator: Navigator): void {
  if (isLocale(navigator.language)) return;
  const languages = [navigator.language, ...(navigator.languages ?? [])].map(withoutModifier).filter(isLocale);
  const known = languages.length > 0 ? languages : ['en'];
  Object.defineProperty(navigator, 'language', { configurable: true, get: () => known[0] });
  Object.defineProperty(navigator, 'languages', { configurable: true, get: () => known });
}

/** The names of languages in POSIX: `de_DE.UTF-8@euro`, `C`. */
function withoutModifier(language: string | undefined): string {
  return String(language ?? '')
    .replace(/[@.].*$/, '')
    .replaceAll('_', '-');
}

function isLocale(language: string | undefined): boolean {
  if (language === undefined || language === '') return false;
  try {
    new Intl.NumberFormat(language);
    return true;
  } catch {
    return false;
  }
}

mendLanguage(navigator);
