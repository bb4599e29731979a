/** Links with data-seek (seconds) move a replay; without a script they load the page at that moment. */

/** Follow such links of the page; the returned function stops it. */
export function followChapters(go: (seconds: number) => void): () => void {
  const onClick = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLElement>("a[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(Number(link.dataset.seek));
  };
  document.addEventListener("click", onClick);
  return () => document.removeEventListener("click", onClick);
}
