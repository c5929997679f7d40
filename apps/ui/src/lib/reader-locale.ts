/**
 * Some browsers are set to what is no language (`en-US@posix`). `Intl` throws at that, in libraries that ask for it as soon as they are loaded,
 * and with it goes the page. From here on such a browser says the language that is meant, or English.
 */
export function mendLanguage(navigator: Navigator): void {
  if (isLocale(navigator.language)) return;
  const languages = [navigator.language, ...(navigator.languages ?? [])].map(withoutModifier).filter(isLocale);
  const known = languages.length > 0 ? languages : ['en'];
  Object.defineProperty(navigator, 'language', { configurable: true, get: () => known[0] });
  Object.defineProperty(navigator, 'languages', { configurable: true, get: () => known });
}

/** The names that POSIX has for languages: `de_DE.UTF-8@euro`, `C`. */
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
