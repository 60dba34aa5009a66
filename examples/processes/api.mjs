// Tells the time, on the port that it is given.
import { createServer } from "node:http";

const { PORT, HOST } = process.env;

createServer((_request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify({ time: new Date().toISOString() })}\n`);
}).listen(Number(PORT), HOST, () => console.log(`the API listens on ${PORT}`));
