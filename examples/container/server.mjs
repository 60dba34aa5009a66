// A dev server on 3000 and a preview server on 4173.
import { createServer } from "node:http";

for (const [port, label] of [
  [3000, "dev"],
  [4173, "preview"],
]) {
  createServer((_request, response) => response.end(`${label} of ${process.env.CSPACE_INSTANCE}\n`)).listen(port);
}
