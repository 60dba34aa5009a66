// Keeps notes in a file: GET / lists them, POST / adds the body as one.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const file = "/data/notes.txt";
const notes = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);

createServer(async (request, response) => {
  if (request.method === "POST") {
    let text = "";
    for await (const chunk of request) text += chunk;
    appendFileSync(file, `${text.replaceAll("\n", " ")}\n`);
  }
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify(notes())}\n`);
}).listen(4000);
