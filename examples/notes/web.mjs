// Renders the notes on the server: it asks the API under the very URL that a browser would use.
import { createServer } from "node:http";

const { CSPACE_SERVICE_API_URL: api, CSPACE_INSTANCE: instance } = process.env;
const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

createServer(async (_request, response) => {
  response.setHeader("content-type", "text/html; charset=utf-8");
  try {
    const notes = await (await fetch(api)).json();
    const items = notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("") || "<li>no notes yet</li>";
    response.end(
      `<!doctype html><title>${instance}</title><h1>Notes of ${instance}</h1><ul>${items}</ul><p>from ${api}</p>\n`,
    );
  } catch (error) {
    response.statusCode = 500;
    response.end(`<h1>the API at ${api} does not answer</h1><pre>${escapeHtml(String(error.cause ?? error))}</pre>\n`);
  }
}).listen(3000);
