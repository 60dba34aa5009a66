import { readTemplate } from "../read-template.ts";

/**
 * Renders CoreDNS's configuration: a zone for every domain, in which each name is 127.0.0.1 and every other type of
 * record is absent with a SOA, never an error; names outside are refused.
 *
 * @see https://coredns.io/plugins/template/
 * @see https://www.rfc-editor.org/rfc/rfc2308#section-2.2 (NODATA)
 */
export async function renderCorefile(domains: readonly string[]): Promise<string> {
  // Loaded on first use, as it is seldom needed.
  const { default: Handlebars } = await import("handlebars");
  const render = Handlebars.compile(readTemplate("proxy/Corefile.hbs"), { noEscape: true, strict: true });
  return render({
    domains: domains.map((name) => ({
      name,
      pattern: name.replaceAll(".", "\\."),
      soa: `${name}. 60 IN SOA ns.${name}. hostmaster.${name}. 1 3600 600 86400 60`,
      // CoreDNS's own templates use the same braces as Handlebars.
      lbrace: "{{",
      rbrace: "}}",
    })),
  });
}
