// Events from the service, kept alive. EventSource cannot send the operator's token, so the stream is read by hand.

const RETRY_MS = [500, 1000, 2000, 5000];
// Nothing for this long, not even a comment: the connection is dead though nobody said so.
const DEAD_MS = 25000;

export function headers(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Call on(event, data) for every event, and state(name) as the connection comes and goes; never returns. */
export async function follow(token, on, state) {
  let failures = 0;
  for (;;) {
    state("connecting");
    const stop = new AbortController();
    let timer = setTimeout(() => stop.abort(), DEAD_MS);
    try {
      const answer = await fetch("live", { headers: headers(token), signal: stop.signal, cache: "no-store" });
      if (answer.status === 401) {
        state("refused");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      state("connected");
      failures = 0;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        clearTimeout(timer);
        timer = setTimeout(() => stop.abort(), DEAD_MS);
        const parts = (rest + value).split("\n\n");
        rest = parts.pop();
        // A tab that slept wakes to a heap of frames: only the newest is worth drawing.
        const lastFrame = parts.findLastIndex((p) => p.startsWith("event: frame"));
        parts.forEach((part, k) => {
          if (part.startsWith("event: frame") && k !== lastFrame) return;
          const m = /^event: (\w+)\ndata: (.*)$/s.exec(part);
          if (m) on(m[1], JSON.parse(m[2]));
        });
      }
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError === false && error.name !== "AbortError") console.warn(error);
    } finally {
      clearTimeout(timer);
    }
    state("lost");
    await new Promise((go) => setTimeout(go, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]));
  }
}
