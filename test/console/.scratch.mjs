import { createServer } from "node:http";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
// src/history/page-files.ts
/** Nothing but own files may run, load or be called; nobody may frame the page; no text becomes markup. */
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const contentTypes = {
	html: "text/html; charset=utf-8",
	js: "text/javascript; charset=utf-8",
	css: "text/css; charset=utf-8"
};
/** Where `npm run build` puts the page: from `dist/` as from `src/`. */
const folder = new URL("../../dist/console/", import.meta.url);
/** Reads the page once. Undefined where its files are not beside this code: a bundler has left them out. */
function readPageFiles() {
	try {
		const assets = readdirSync(new URL("assets/", folder)).filter((name) => extensionOf(name) in contentTypes);
		const build = assets.find((name) => name.endsWith(".js"));
		if (build === void 0) return void 0;
		return {
			files: new Map([["", readFile("index.html")], ...assets.map((name) => [`assets/${name}`, readFile(`assets/${name}`)])]),
			build
		};
	} catch {
		return;
	}
}
function readFile(path) {
	const body = readFileSync(fileURLToPath(new URL(path, folder)));
	return {
		contentType: contentTypes[extensionOf(path)],
		body,
		gzip: gzipSync(body, { level: 9 }),
		etag: createHash("sha256").update(body).digest("base64url").slice(0, 24),
		immutable: path.startsWith("assets/")
	};
}
function extensionOf(name) {
	return name.slice(name.lastIndexOf(".") + 1);
}
// test/console/console-stub.ts
const fresh = {
	"cache-control": "private, max-age=10",
	age: "6"
};
/** The page's own files as the service sends them, and scripted data, deep below another server's paths. */
async function startConsoleStub(mount = "/some/deep/mount/prometheus") {
	const page = readPageFiles();
	if (!page) throw new Error("dist/console is missing: run npm run build");
	const requests = [];
	const stub = { respond: (() => ({ status: 404 })) };
	const server = createServer((request, response) => {
		const url = new URL(request.url, "http://stub");
		const path = url.pathname.startsWith(`${mount}/console/`) ? url.pathname.slice(mount.length + 9) : void 0;
		if (path === "data" || path === "history") {
			requests.push({
				path: request.url,
				authorization: request.headers.authorization
			});
			const { status = 200, headers = {}, body, drop } = stub.respond(path, url.searchParams, request);
			if (drop) return void request.socket.destroy();
			response.writeHead(status, {
				"content-type": "application/json",
				...status === 200 && fresh,
				...headers
			});
			response.end(body === void 0 ? void 0 : JSON.stringify(body));
			return;
		}
		const file = path === void 0 ? void 0 : page.files.get(path);
		if (!file) return void response.writeHead(404).end();
		response.writeHead(200, {
			"content-type": file.contentType,
			"content-security-policy": pagePolicy
		});
		response.end(file.body);
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address();
	return Object.assign(stub, {
		url: `http://127.0.0.1:${port}${mount}/console/`,
		requests,
		async close() {
			const closed = new Promise((resolve) => server.close(() => resolve()));
			server.closeAllConnections();
			await closed;
		}
	});
}
// test/console/console-documents.ts
/** Documents as the service sends them, for a page that is tried against scripted responses. */
const evaluatedAt = Date.UTC(2026, 10, 22, 12, 0, 0);
function field(id, label, unit, kind = "current") {
	return {
		id,
		label,
		unit,
		help: `${label} of the gateway.`,
		kind
	};
}
const sections = [
	{
		title: "HTTP",
		fields: [
			field("http.total_requests", "Total requests", "requests", "total"),
			field("http.request_rate_per_minute", "Request rate", "requests per minute"),
			field("http.error_rate", "Error rate", "percent"),
			field("http.avg_latency_ms", "Average latency", "milliseconds"),
			field("http.in_progress", "In progress", "requests")
		]
	},
	{
		title: "Models",
		fields: [
			field("models.total_inference_requests", "Total inference requests", "requests", "total"),
			field("models.tokens_used_total", "Tokens used", "tokens", "total"),
			field("models.credits_used_total", "Credits used", "credits", "total"),
			field("models.avg_inference_latency_ms", "Average inference latency", "milliseconds")
		]
	},
	{
		title: "Providers",
		fields: [
			field("providers.total_providers", "Total", "providers"),
			field("providers.healthy_providers", "Healthy", "providers"),
			field("providers.degraded_providers", "Degraded", "providers"),
			field("providers.unavailable_providers", "Unavailable", "providers"),
			field("providers.avg_error_rate", "Average error rate", "ratio"),
			field("providers.avg_response_time_ms", "Average response time", "milliseconds")
		]
	},
	{
		title: "Database",
		fields: [
			field("database.total_queries", "Total queries", "queries", "total"),
			field("database.avg_query_latency_ms", "Average query latency", "milliseconds"),
			field("database.cache_hit_rate", "Cache hit rate", "ratio")
		]
	},
	{
		title: "Business",
		fields: [
			field("business.active_api_keys", "Active API keys", "keys"),
			field("business.active_subscriptions", "Active subscriptions", "subscriptions"),
			field("business.active_trials", "Active trials", "trials"),
			field("business.total_tokens_used", "Total tokens used", "tokens", "total"),
			field("business.total_credits_used", "Total credits used", "credits", "total")
		]
	},
	{
		title: "Health Service",
		fields: [
			field("health.service_up", "Service up", "1 or 0"),
			field("health.monitoring_active", "Monitoring active", "1 or 0"),
			field("health.tracked_models", "Tracked models", "models"),
			field("health.tracked_providers", "Tracked providers", "providers"),
			field("health.tracked_gateways", "Tracked gateways", "gateways"),
			field("health.active_incidents", "Active incidents", "incidents")
		]
	}
];
const values = {
	"http.total_requests": 1284530,
	"http.request_rate_per_minute": 5061.3,
	"http.error_rate": 1.37,
	"http.avg_latency_ms": 843.2,
	"http.in_progress": 71,
	"models.total_inference_requests": 1190822,
	"models.tokens_used_total": 0x90341b82,
	"models.credits_used_total": 18402.55,
	"models.avg_inference_latency_ms": 901.4,
	"providers.total_providers": 16,
	"providers.healthy_providers": 14,
	"providers.degraded_providers": 0,
	"providers.unavailable_providers": 0,
	"providers.avg_error_rate": .0121,
	"providers.avg_response_time_ms": 874,
	"database.total_queries": 9201442,
	"database.avg_query_latency_ms": 4.21,
	"database.cache_hit_rate": .874,
	"business.active_api_keys": 234,
	"business.active_subscriptions": 45,
	"business.active_trials": 12,
	"business.total_tokens_used": 0x90341b82,
	"business.total_credits_used": 18402.55,
	"health.service_up": 1,
	"health.monitoring_active": 1,
	"health.tracked_models": 342,
	"health.tracked_providers": 16,
	"health.tracked_gateways": 18,
	"health.active_incidents": 0
};
const names = "openai anthropic google mistral groq together fireworks deepseek xai cohere perplexity cerebras novita nebius hyperbolic replicate".split(" ");
const providers = names.map((name, index) => ({
	name,
	state: index >= 14 ? "idle" : "healthy",
	since: null,
	error_ratio: index >= 14 ? null : .004 + .001 * index,
	requests_per_minute: index >= 14 ? 0 : Math.round(1400 / (index + 1)),
	mean_seconds: index >= 14 ? null : .6 + .09 * index,
	p95_seconds: index >= 14 ? null : 1.9 + .21 * index,
	first_token_seconds: index >= 14 ? null : .31 + .02 * index
}));
/** A course of two hours at one column per minute, the same on every run. */
function history(states = {}) {
	const columns = 121;
	const timestamps = Array.from({ length: columns }, (_, index) => evaluatedAt - (120 - index) * 6e4);
	const column = (id, seed) => {
		const now = values[id];
		const total = id.includes("total") || id.includes("used");
		return timestamps.map((_, index) => {
			const wave = Math.sin(index / 9 + seed) * .06 + Math.sin(index / 2.3 + 2 * seed) * .03;
			const value = total ? now * (.9 + .1 * index / columns) : now < 20 && Number.isInteger(now) ? now : now * (1 + wave);
			return Number(value.toPrecision(4));
		});
	};
	return {
		recorded_since: timestamps[0],
		timestamps,
		values: Object.fromEntries(Object.keys(values).map((id, seed) => [id, column(id, seed)])),
		states: Object.fromEntries(providers.map(({ name, state }) => [name, states[name] ?? (state === "idle" ? "i" : "h").repeat(columns)]))
	};
}
function models(count = 100, total = 18e3) {
	return {
		ranking: "requests",
		total,
		rows: Array.from({ length: count }, (_, index) => ({
			model: `${[
				"gpt",
				"claude",
				"gemini",
				"mistral",
				"llama"
			][index % 5]}-${1 + index % 9}-${index}`,
			provider: names[index % 14],
			requests: Math.round(9e4 / (index + 1)),
			error_ratio: .002 * (index % 12),
			tokens: Math.round(12e7 / (index + 1)),
			credits: 420 / (index + 1),
			p95_seconds: 1 + .05 * (index % 40)
		}))
	};
}
/** A gateway that is well. */
function wellDocument(change = {}) {
	return {
		build: "",
		status: "ok",
		timestamp: evaluatedAt,
		age_seconds: 6,
		stale_limit_seconds: 300,
		verdict: {
			state: "well",
			sentence: "The gateway is well: all 14 active providers are healthy."
		},
		sections,
		values,
		missing: {},
		stale: {},
		hour_before: {
			"http.request_rate_per_minute": 4700,
			"http.error_rate": 1.1,
			"http.avg_latency_ms": 900
		},
		history: history(),
		providers,
		...change
	};
}
// ../../stubrun.ts
const s = await startConsoleStub();
const states = {
	openai: "h".repeat(100) + "d".repeat(9) + "x".repeat(12),
	mistral: "h".repeat(40) + "d".repeat(20) + "h".repeat(30) + "-".repeat(10) + "d".repeat(21),
	groq: "-".repeat(30) + "h".repeat(20) + "x".repeat(3) + "h".repeat(68)
};
s.respond = (path, q) => path === "data" ? { body: wellDocument({
	verdict: {
		state: "trouble",
		sentence: "openai is down: 62 % of its requests fail."
	},
	providers: providers.map((p) => p.name === "openai" ? {
		...p,
		state: "down",
		since: evaluatedAt - 72e4,
		error_ratio: .62
	} : p.name === "mistral" ? {
		...p,
		state: "degraded",
		since: evaluatedAt - 12e5,
		error_ratio: .09
	} : p),
	values: {
		...values,
		"business.active_trials": null
	},
	missing: { "business.active_trials": "no series named trial_active in Prometheus" },
	stale: { "health.tracked_models": 190 },
	history: history(states),
	...q.get("models") && { models: {
		...models(),
		ranking: q.get("models")
	} }
}) } : { body: {
	field: q.get("field"),
	range: q.get("range"),
	step_seconds: 60,
	promql: "60 * sum(rate(fastapi_requests_total{reexported_by!=\"gatewayz-metrics\"}[1m]) or rate(fastapi_requests_total{reexported_by!=\"gatewayz-metrics\"}[5m]))",
	timestamps: history().timestamps,
	values: history().values["http.request_rate_per_minute"].map((v, i) => i > 50 && i < 56 ? null : v)
} };
console.log(s.url);
export {};
