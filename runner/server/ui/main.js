// What a page does on its own server.
