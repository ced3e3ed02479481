// Brings node_modules to what package-lock.json says, and does nothing when it is already so.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const NODE_MIN = 20;
const STAMP = "node_modules/.everbrook-lock";

if (Number(process.versions.node.split(".")[0]) < NODE_MIN) {
  console.error(`The page needs Node ${NODE_MIN} or newer to build, found ${process.versions.node}.`);
  process.exit(1);
}
const lock = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== lock) {
  console.log("Installing the page's packages (once, and after package-lock.json changed)");
  // No package's own scripts run: nothing that is installed needs any.
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(STAMP, lock);
}
