import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";

/**
 * Renders CoreDNS's configuration: a zone for every domain, in which each name is 127.0.0.1 and every other type of
 * record is absent with a SOA, never an error; names outside are refused.
 *
 * @see https://coredns.io/plugins/template/
 * @see https://www.rfc-editor.org/rfc/rfc2308#section-2.2 (NODATA)
 */
export function renderCorefile(domains: readonly string[]): string {
  const template = readFileSync(fileURLToPath(new URL("../../templates/proxy/Corefile.hbs", import.meta.url)), "utf8");
  const render = Handlebars.compile(template, { noEscape: true, strict: true });
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
