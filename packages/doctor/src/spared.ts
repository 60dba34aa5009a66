/**
 * Whether a domain is left out of a proxy by one of its exceptions, in the forms that `NO_PROXY`, Firefox and Chromium know:
 * `.example.com`, `*.example.com`, `example.com`, `*`.
 */
export function isSpared(domain: string, exceptions: readonly string[]): boolean {
  return exceptions.some((entry) => {
    const suffix = entry.replace(/^\*?\.?/, "").toLowerCase();
    return entry === "*" || (suffix !== "" && (domain === suffix || domain.endsWith(`.${suffix}`)));
  });
}
