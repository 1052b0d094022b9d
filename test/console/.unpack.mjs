import { access, constants, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
// src/tools/demo/prometheus/find-program.ts
/** Whether `path` is a file that this process may execute. */
async function isExecutable(path) {
	try {
		await access(path, constants.X_OK);
		return (await stat(path)).isFile();
	} catch {
		return false;
	}
}
/** The first executable file `name` on PATH; relative entries of PATH are ignored. */
async function findProgram(name, env = process.env) {
	for (const folder of (env["PATH"] ?? "").split(delimiter)) {
		const path = join(folder, name);
		if (folder.startsWith("/") && await isExecutable(path)) return path;
	}
}
// src/tools/demo/prometheus/run-command.ts
/** Runs a program without a shell and resolves at its end, whatever the exit code. Rejects if it cannot be started. */
function runCommand(command, args, options = {}) {
	const { cwd, env = process.env, stdin = "", onLine } = options;
	const child = spawn(command, args, {
		cwd,
		env,
		stdio: "pipe"
	});
	let stdout = "";
	let output = "";
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding("utf8").on("data", (text) => {
			output += text;
			if (stream === child.stdout) stdout += text;
		});
		if (onLine !== void 0) createInterface({ input: stream }).on("line", onLine);
	}
	child.stdin.on("error", () => {});
	child.stdin.end(stdin);
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => resolve({
			code: code ?? -1,
			stdout,
			output
		}));
	});
}
// src/tools/demo/prometheus/provision-debian-package.ts
/** Whether this system has apt-get and dpkg-deb, as Debian, Ubuntu and derivatives do. */
async function hasDebianPackages(env = process.env) {
	return await findProgram("apt-get", env) !== void 0 && await findProgram("dpkg-deb", env) !== void 0;
}
// test/support/temp-folder.ts
/** Calls `use` with the path of an empty folder, which is removed with all its contents afterwards, come what may. */
async function withTempFolder(use) {
	const folder = await tempFolder();
	try {
		return await use(folder);
	} finally {
		await removeFolder(folder);
	}
}
/** A new empty folder, for the caller to remove. */
function tempFolder() {
	return mkdtemp(join(tmpdir(), "gatewayz-metrics-"));
}
async function removeFolder(folder) {
	await rm(folder, {
		recursive: true,
		force: true
	});
}
// test/support/debian-dependencies.ts
/**
* The Debian packages and all that they depend on, directly or not. Where the system's package lists are absent or do not
* know them, lists of our own are fetched, for this once. Rejects where there are no such packages.
*/
async function debianDependencies(packages) {
	const known = await closureOf(packages);
	const missingIn = (names) => packages.filter((name) => !names.includes(name));
	if (missingIn(known).length === 0) return known;
	return withTempFolder(async (folder) => {
		await mkdir(join(folder, "partial"));
		const lists = [
			"-o",
			`Dir::State::lists=${folder}`,
			"-o",
			"APT::Sandbox::User=root"
		];
		await runCommand("apt-get", [
			...lists,
			"-o",
			"Acquire::Languages=none",
			"update"
		]);
		const names = await closureOf(packages, lists);
		const missing = missingIn(names);
		if (missing.length > 0) throw new Error(`apt-cache knows no package ${missing.join(", ")}`);
		return names;
	});
}
async function closureOf(packages, options = []) {
	const only = [
		"recommends",
		"suggests",
		"conflicts",
		"breaks",
		"replaces",
		"enhances"
	].map((kind) => `--no-${kind}`);
	const { stdout } = await runCommand("apt-cache", [
		...options,
		"depends",
		"--recurse",
		...only,
		...packages
	]);
	return [...new Set(stdout.split("\n").filter((line) => /^[\w.+-]+$/.test(line)))];
}
// test/support/find-chromium.ts
const program = "usr/lib/chromium/chromium";
const names = [
	"chromium",
	"chromium-browser",
	"google-chrome"
];
/** Packages of files that a browser without a window does without, and the C library, of which there must be only one. */
const unneeded = /^(?:libc6|libc-bin|libgcc-s1|gcc-\d.*-base|perl.*|libperl.*|adduser|passwd|debconf|init-system.*|systemd.*|dbus.*|.*-icon-theme|.*-mime-data)$/;
/**
* The browser of `CHROMIUM_BIN`, else of PATH; on Debian without one, that of its packages, unpacked and not installed.
* Rejects with what to install where there is none.
*/
async function findChromium(options = {}) {
	const { env = process.env } = options;
	const given = env["CHROMIUM_BIN"];
	if (given !== void 0 && given !== "") return {
		program: given,
		env: {}
	};
	for (const name of names) {
		const found = await findProgram(name, env);
		if (found !== void 0) return {
			program: found,
			env: {}
		};
	}
	const advice = "Install Chromium (Debian: apt-get install chromium), or set CHROMIUM_BIN to the path of one.";
	if (!await hasDebianPackages(env)) throw new Error(`No Chromium found. ${advice}`);
	try {
		return await unpackChromium(options);
	} catch (cause) {
		throw new Error(`No Chromium found, and Debian's cannot be unpacked. ${advice}`, { cause });
	}
}
/** Unpacks Debian's Chromium, with all packages that it needs and that are not installed, into one cached folder. */
async function unpackChromium({ onProgress = () => {}, env = process.env }) {
	const root = join(cacheFolder(env), `chromium-${process.arch}`);
	if (!await isExecutable(join(root, program))) {
		const installed = new Set();
		const names = (await debianDependencies([
			"chromium",
			"fonts-dejavu-core",
			"fontconfig-config"
		])).filter((name) => !installed.has(name) && !unneeded.test(name));
		onProgress(`Downloading Chromium and ${names.length - 1} packages it needs to ${root} (not installed, no root needed)`);
		await unpackPackages(names, root);
	}
	const chromium = {
		program: join(root, program),
		env: {
			LD_LIBRARY_PATH: (await sharedLibraries(root)).join(":"),
			FONTCONFIG_FILE: join(root, "etc/fonts/fonts.conf")
		}
	};
	const started = await runCommand(chromium.program, ["--version"], { env: {
		...process.env,
		...chromium.env
	} });
	if (started.code !== 0) throw new Error(`${chromium.program} does not start: ${started.output.trim()}`);
	return chromium;
}
/** All in one call: each reads the lists of all packages. The folder is complete, or not there. */
async function unpackPackages(names, folder) {
	await mkdir(join(folder, ".."), { recursive: true });
	const work = await mkdtemp(join(folder, "..", ".chromium-"));
	try {
		for (const path of [
			"deb",
			"cache/archives/partial",
			"root"
		]) await mkdir(join(work, path), { recursive: true });
		const { code, output } = await runCommand("apt-get", [
			...[
				"-o",
				`Dir::Cache=${join(work, "cache")}`,
				"-o",
				"APT::Sandbox::User=root",
				"-qq"
			],
			"download",
			...names
		], { cwd: join(work, "deb") });
		if (code !== 0) throw new Error(`apt-get download: ${output.trim()}`);
		for (const deb of await readdir(join(work, "deb"))) {
			const unpacked = await runCommand("dpkg-deb", [
				"--extract",
				join(work, "deb", deb),
				join(work, "root")
			]);
			if (unpacked.code !== 0) throw new Error(`dpkg-deb: ${unpacked.output.trim()}`);
		}
		await rename(join(work, "root"), folder);
	} finally {
		await rm(work, {
			recursive: true,
			force: true
		});
	}
}
async function installedPackages() {
	const { stdout } = await runCommand("dpkg-query", ["-W", "-f=${Package} ${db:Status-Status}\n"]);
	return stdout.split("\n").flatMap((line) => line.endsWith(" installed") ? line.split(" ", 1) : []);
}
function cacheFolder(env) {
	const xdg = env["XDG_CACHE_HOME"] ?? "";
	return join(isAbsolute(xdg) ? xdg : join(env["HOME"] ?? homedir(), ".cache"), "gatewayz-metrics");
}
async function sharedLibraries(root) {
	return (await Promise.all(["lib", "usr/lib"].map(async (path) => {
		return (await readdir(join(root, path)).catch(() => [])).filter((name) => name.endsWith("-linux-gnu")).map((name) => join(root, path, name));
	}))).flat();
}
// ../../unpack.ts
const t = Date.now();
const c = await findChromium({
	env: {
		PATH: "/tmp/fakebin",
		HOME: "/tmp/chromium-home"
	},
	onProgress: (l) => console.log(l)
});
console.log(c.program, Object.keys(c.env), (Date.now() - t) / 1e3);
export {};
