// The host of `tandem dashboard`: asks the server on this computer; the state lives in the address.

const GETTING_READY = 202; // the status of an answer that the model will give

/** One question. While the model gets ready, only what was prepared is answered at once (`prefer`): nobody keeps the line for long. */
async function posted(question, asked, prefer = {}) {
  let answer;
  try {
    answer = await fetch(`/api/${question}`, {
      method: "POST", headers: { "content-type": "application/json", ...prefer }, body: JSON.stringify(asked),
    });
  } catch {
    throw new Error("server_down");
  }
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({ notice: "broken" }));
    throw new Error(told.notice ?? "broken");
  }
  return answer;
}

const contentOf = (answer) => answer.json().catch(() => { throw new Error("server_down"); });

export function serverHost() {
  let ready = null;
  let compared = null;
  return {
    kind: "server",
    canMove: true,
    /** An answer. What the model is needed for waits until it is ready, says so by `waits`, and then begins by itself. */
    async ask(question, asked) {
      for (;;) {
        const answer = await posted(question, asked, { prefer: "wait=0" });
        if (answer.headers.has("tandem-answer")) this.compared();
        if (answer.status !== GETTING_READY) return contentOf(answer);
        this.waits?.(true);
        try {
          await this.ready();
        } finally {
          this.waits?.(false);
        }
      }
    },
    /** Comes back when the model is ready: one question for all who wait. */
    ready() {
      ready ??= posted("ready", {}).finally(() => { ready = null; });
      return ready;
    },
    /** Where the model plays something else than what was prepared, the page is loaded anew; the address keeps where the visitor is. */
    compared() {
      compared ??= posted("same", {}).then(contentOf).then(({ same }) => {
        if (same) return;
        this.renewed?.();
        location.reload();
      }).catch(() => { compared = null; }); // the server has gone: asked again with the next answer that was prepared
    },
    language: () => document.documentElement.lang,
    read: () => location.hash.slice(1),
    onAddress: (act) => window.addEventListener("hashchange", act),
    undone: () => history.state?.undo ?? [],
    write(text, undo) {
      // Browsers refuse more than some hundred changes of the address a minute; the page writes again soon.
      try {
        history.replaceState({ undo }, "", `#${text}`);
      } catch { /* written with the next change */ }
    },
    sheetAddress: (text, lang) => `/sheet?lang=${lang}#${text}`,
    async exportFile(spec, lang) {
      const address = `/export?lang=${lang}&spec=${encodeURIComponent(JSON.stringify(spec))}`;
      const answer = await fetch(address).catch(() => { throw new Error("server_down"); });
      if (!answer.ok) throw new Error("broken");
      const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "tandem.html";
      return { content: await answer.blob(), name };
    },
  };
}
