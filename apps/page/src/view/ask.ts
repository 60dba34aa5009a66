/** What went wrong, and what to type. */
export class Failure extends Error {
  readonly command: string | null;

  constructor(message: string, command: string | null) {
    super(message);
    this.command = command;
  }
}

/** Reads something of an instance. */
export async function read<Answer>(path: string, asked: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const query = new URLSearchParams(asked).toString();
  return await answerOf(await fetch(query === "" ? path : `${path}?${query}`, { cache: "no-store" }));
}

/** Changes something. */
export async function write<Answer>(path: string, token: string, body: object): Promise<Answer> {
  const headers = { "content-type": "application/json", "x-cspace-token": token };
  return await answerOf(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const data = await response.json().catch(() => ({}));
  if (response.ok) return data as Answer;
  throw new Failure(data.message ?? `it was answered with ${response.status}`, data.command ?? null);
}
