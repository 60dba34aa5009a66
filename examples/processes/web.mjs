// Asks the API under the URL that cspace hands to every process.
import { createServer } from "node:http";

const { PORT, HOST, CSPACE_SERVICE_API_URL: api, CSPACE_INSTANCE: instance } = process.env;

createServer(async (_request, response) => {
  response.setHeader("content-type", "text/html; charset=utf-8");
  try {
    const { time } = await (await fetch(api)).json();
    response.end(`<!doctype html><title>${instance}</title><h1>${instance}</h1><p>It is ${time}, says ${api}</p>\n`);
  } catch (error) {
    response.statusCode = 500;
    response.end(`<h1>the API at ${api} does not answer</h1><pre>${error.message}</pre>\n`);
  }
}).listen(Number(PORT), HOST, () => console.log(`the page is on ${PORT}`));
