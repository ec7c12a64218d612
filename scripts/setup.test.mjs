// The set-up's look at the disk, with a `df` of our own.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";

/** A clone with nothing built, on a disk with so much room. @param {import("node:test").TestContext} t @param {number} gigabytes */
async function clone(t, gigabytes) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "room-"));
  t.after(() => rm(folder, { recursive: true }));
  await cp("scripts", path.join(folder, "scripts"), { recursive: true });
  await mkdir(path.join(folder, "bin"));
  await writeFile(path.join(folder, "bin/df"), `#!/bin/sh\necho header\necho disk 1 1 ${Math.floor((gigabytes * 1e9) / 1024) + 1} 1% /\n`, { mode: 0o755 });
  const room = (/** @type {string} */ purpose) =>
    spawnSync(path.join(folder, "scripts/setup/room.sh"), [purpose], { encoding: "utf8", env: { ...process.env, PATH: `${folder}/bin:${process.env.PATH}` } });
  return { folder, room };
}

test("a full disk is named before anything is installed", async (t) => {
  const { folder, room } = await clone(t, 6);
  assert.equal(room("build").status, 0);
  const { status, stderr } = room("test");
  assert.equal(status, 1);
  assert.equal(stderr, `room: what is missing takes about 18 GB, and the disk of ${folder} has 6 GB free. Make room and try again.\n`);
});

test("what is there already needs no room", async (t) => {
  const { folder, room } = await clone(t, 0);
  assert.equal(room("build").status, 1);
  await mkdir(path.join(folder, "target/debug"), { recursive: true });
  assert.equal(room("build").status, 0);
  assert.match(room("test").stderr, /about 7 GB/);
  await mkdir(path.join(folder, ".venv"));
  await writeFile(path.join(folder, ".venv/.installed-from"), "");
  assert.equal(room("test").status, 0);
});
