// cargo build --manifest-path target/lessons/editor/Cargo.toml --package tsfn-queue-full
import { load } from "./load.mjs";

const addon = load("tsfn_queue_full");
const images = Number(process.env.IMAGES ?? 20_000);

export default function work() {
  addon.scan(0, images, () => {});
}
