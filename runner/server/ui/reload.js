// A page is loaded again when the book was built anew. mdBook's script does that at once, whatever the reader is in
// the middle of; here the page is asked first.

// `changed` is called when there is a newer book. Gives the edition of this page, as the server counts them, or
// nothing where the page does not know it.
export function watchEdition(changed) {
  try {
    // The template's own, in pages that a server has made. It is no property of the window.
    socket.onmessage = ({ data }) => {
      if (data === "reload") changed();
    };
    return Number(new URL(socket.url).searchParams.get("edition")) || undefined;
  } catch {
    // There is none, or it could not be made.
    return undefined;
  }
}
