/** What an engine gives, unless that takes longer than `ms` milliseconds (0: however long it takes): `ETIMEDOUT`. */
export async function inTime<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
  if (ms === 0) return await answer;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), ms);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
