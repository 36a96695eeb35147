// The learner's text, between the editor and the disk. The file is the only copy that counts; it may be changed by
// another editor or another tab at any time, and then neither text is lost.

import { ask } from "./api.js";

// How long nobody types until the text is saved.
const PAUSE = 150;

export class Draft {
  #lesson;
  #code;
  #tell;
  // What the disk has, as far as is known here: { sha256, text }. The hash is null when there is no text.
  #base = null;
  // What it has instead, while the learner has not said which of the two is to stay.
  #theirs = null;
  #timer;
  #saving = null;
  // What is sent now: { text, sha256 }, the hash once the stream has told of it.
  #sent = null;
  #answer;
  // What the stream told of the disk meanwhile, if that is not ours. It is looked at after the answer.
  #heard = null;
  // Whether the last save was not taken.
  #unsaved = false;
  // Saves that the stream has not told of yet: { from, to }. It may lag behind the answers.
  #late = [];

  // `tell.clash(mine, theirs)` shows two texts, `tell.settled()` no longer does. `tell.saved()` and
  // `tell.trouble(sentence)` come after a save.
  constructor(lesson, code, tell) {
    this.#lesson = lesson;
    this.#code = code;
    this.#tell = tell;
  }

  // The hash of the text in the page; null when it is not on the disk.
  get sha256() {
    return this.#base && !this.dirty ? this.#base.sha256 : null;
  }

  get dirty() {
    return this.#base !== null && this.#code.text !== this.#base.text;
  }

  get isInConflict() {
    return this.#theirs !== null;
  }

  // The learner has typed.
  changed() {
    clearTimeout(this.#timer);
    if (this.#theirs) {
      this.#tell.clash(this.#code.text, this.#theirs.text);
      return;
    }
    this.#timer = setTimeout(() => this.flush(), PAUSE);
  }

  // Before a stream begins, which tells of no save that is over.
  async listenAnew() {
    await this.#answer;
    this.#late = [];
  }

  // The stream says what is on the disk.
  disk({ sha256, text }) {
    const disk = { sha256, text };
    if (this.#sent) {
      const isSent = this.#sent.text === text;
      if (isSent) this.#sent.sha256 = sha256;
      this.#heard = isSent ? null : disk;
      return;
    }
    if (this.#isOurOwn(sha256)) return;
    if (this.#base === null) this.#begin(disk);
    else if (!this.dirty) this.#take(disk);
    else if (sha256 !== this.#base.sha256) this.#clash(disk);
    else {
      this.#settle();
      this.changed();
    }
  }

  // Saves until there is nothing to save. Says whether all is on the disk.
  async flush() {
    clearTimeout(this.#timer);
    while (this.dirty && !this.#theirs) {
      this.#saving ??= this.#save();
      if (!(await this.#saving)) break;
    }
    return !this.dirty;
  }

  // The page goes away, and can't wait for an answer. Where it is not certain that a save would be taken, the
  // browser keeps the text until the page is there again.
  leave(isLost) {
    if (!this.dirty) return;
    if (isLost || this.#theirs || this.#saving || this.#unsaved) this.#keep();
    else ask(this.#request("save", this.#code.text, this.#base), true);
  }

  // The text of the page is to stay; the one on the disk goes to backups/. Gives the file's name there, or nothing.
  async keepMine() {
    // It may be pressed twice.
    if (this.#sent || !this.#theirs) return undefined;
    const isUnknown = this.#theirs.sha256 === null;
    const { status, text, backup } = await this.#write("replace", this.#theirs);
    // Only the answer has the hash of what is no text.
    if (status === 409 && isUnknown && text === null) return this.keepMine();
    return backup;
  }

  // The one on the disk is to stay; the text of the page goes to backups/.
  async takeTheirs() {
    const text = this.#code.text;
    const { status, error, backup } = await ask(this.#request("back_up", text));
    if (status !== 200) this.#tell.trouble(error);
    // Somebody has typed meanwhile.
    else if (text !== this.#code.text) return this.takeTheirs();
    else if (this.#theirs) this.#take(this.#theirs);
    return backup;
  }

  async #save() {
    try {
      return (await this.#write("save", this.#base)).status === 200;
    } finally {
      this.#saving = null;
    }
  }

  async #write(action, base) {
    const text = this.#code.text;
    const sent = { text, sha256: null };
    this.#sent = sent;
    const answer = await (this.#answer = ask(this.#request(action, text, base)));
    this.#sent = null;
    this.#unsaved = answer.status !== 200;
    if (answer.status === 200) this.#took({ sha256: answer.sha256, text }, sent.sha256 === answer.sha256);
    else if (answer.status === 409) this.#clash(answer);
    else this.#tell.trouble(answer.error);
    const heard = this.#heard;
    this.#heard = null;
    if (heard) this.disk(heard);
    return answer;
  }

  #request(action, text, base) {
    const request = { lesson: this.#lesson, action, text };
    return base ? { ...request, base: base.sha256 } : request;
  }

  // The disk has this text of ours now, and the stream has told so or will.
  #took(disk, told) {
    if (!told && disk.sha256 !== this.#base.sha256) this.#late.push({ from: this.#base.sha256, to: disk.sha256 });
    this.#base = disk;
    this.#code.remember(disk.text);
    this.#settle();
    this.#tell.saved();
  }

  // The page has this text of the disk now. Where there is none, what it shows is no change of the learner's, and is
  // not to be written over what the page has not seen.
  #take({ sha256, text }) {
    this.#base = { sha256: text === null ? null : sha256, text: text ?? this.#code.text };
    this.#code.show(this.#base.text);
    this.#settle();
  }

  #settle() {
    this.#unsaved = false;
    localStorage.removeItem(this.#key);
    if (!this.#theirs) return;
    this.#theirs = null;
    this.#tell.settled();
  }

  #clash({ sha256, text }) {
    if (text === this.#code.text) {
      this.#take({ sha256, text });
      return;
    }
    this.#theirs = { sha256, text };
    this.#tell.clash(this.#code.text, text);
  }

  // Whether the stream only says what this page has done itself.
  #isOurOwn(sha256) {
    const late = this.#late.findIndex(({ to }) => to === sha256);
    if (late >= 0) {
      this.#late.splice(0, late + 1);
      return this.#late.length > 0 || sha256 === this.#base?.sha256;
    }
    if (this.#late.length > 0 && this.#late[0].from === sha256) return true;
    this.#late = [];
    return false;
  }

  // The first that is known of the disk. A page that went away may have left a text, which was made of what the disk
  // had then, or of what that page was about to save.
  #begin(disk) {
    const kept = JSON.parse(localStorage.getItem(this.#key));
    this.#take(disk);
    if (!kept || kept.text === disk.text) return;
    const isNewer = kept.base === disk.sha256 || kept.sent === disk.text;
    this.#code.show(kept.text);
    if (!isNewer) this.#base = { sha256: kept.base, text: null };
    this.#keep();
    if (isNewer) this.flush();
    else this.#clash(disk);
  }

  get #key() {
    return `after-gc-draft:${this.#lesson}`;
  }

  #keep() {
    const kept = { text: this.#code.text, base: this.#base.sha256, sent: this.#sent?.text };
    localStorage.setItem(this.#key, JSON.stringify(kept));
  }
}
