// cargo build --manifest-path target/lessons/editor/Cargo.toml --package scopes-callback-loop
import { load } from "./load.mjs";

const addon = load("scopes_callback_loop");
const players = Number(process.env.PLAYERS ?? 200_000);

export default function work() {
  addon.idle(players, (player) => ({ player, moved: 1 }));
}
