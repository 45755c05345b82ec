// The host of `tandem dashboard`: asks the server on this computer; the state lives in the address.

export function serverHost() {
  return {
    kind: "server",
    canMove: true,
    async ask(question, asked) {
      let answer;
      try {
        answer = await fetch(`/api/${question}`, {
          method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(asked),
        });
      } catch {
        throw new Error("server_down");
      }
      if (!answer.ok) {
        const told = await answer.json().catch(() => ({ notice: "broken" }));
        throw new Error(told.notice ?? "broken");
      }
      return answer.json().catch(() => { throw new Error("server_down"); });
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
