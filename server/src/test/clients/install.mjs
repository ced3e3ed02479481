// Brings the node_modules of a folder to what its package-lock.json says: node install.mjs <folder>.
// Does nothing when it is already so.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const stamp = join(folder, "node_modules", ".everbrook-lock");
const lock = createHash("sha256").update(readFileSync(join(folder, "package-lock.json"))).digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  // No package's own scripts run: nothing that is installed needs any.
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}
