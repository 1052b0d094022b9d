import type { FindingKind } from '../find/finding.js';

/** Kind of a file by its path; used for mentions outside of any structure. */
export function fileKind(path: string): FindingKind {
  const name = path.split('/').at(-1) ?? '';
  if (isCi(path, name)) return 'ci script';
  if (/^\.env(?:\..*|$)|\.env(?:\.[\w-]+)?$/i.test(name)) return 'environment';
  if (/\.(?:md|mdx|markdown|txt|rst|adoc|html?)$/i.test(name) || /^(?:README|CHANGELOG|NOTICE)$/i.test(name))
    return 'document';
  return 'other';
}

function isCi(path: string, name: string): boolean {
  return (
    /(?:^|\/)\.(?:github|gitlab|circleci|buildkite|woodpecker|forgejo|gitea|azuredevops)\/.+\.(?:ya?ml|sh|json)$/i.test(
      path,
    ) ||
    /^(?:\.gitlab-ci.*\.ya?ml|\.travis\.yml|\.drone\.yml|\.woodpecker\.yml|azure-pipelines.*\.ya?ml|bitbucket-pipelines\.yml)$/i.test(
      name,
    ) ||
    /^(?:Jenkinsfile|Makefile|GNUmakefile|Taskfile\.ya?ml|justfile|cloudbuild\.ya?ml|appveyor\.yml)/i.test(name) ||
    /\.(?:sh|bash|ps1|cmd|bat)$/i.test(name)
  );
}

/** Whether a path names a YAML file or a template of one (`prometheus.yml.j2`). */
export function isYamlPath(path: string): boolean {
  return /\.ya?ml(?:\.(?:tmpl|tpl|template|j2|jinja2?|erb|gotmpl|mustache|hbs|in|dist|example|sample))?$/i.test(path);
}

export function isJsonPath(path: string): boolean {
  return /\.json(?:\.(?:tmpl|tpl|template|j2|in|example|sample))?$/i.test(path);
}

/** Beginnings of lines that only Prometheus and Compose files have. */
const yamlSigns = /^(?:groups|scrape_configs|rule_files|services):[ \t]*(?:#.*)?\r?$|^\s*-[ \t]+job_name[ \t]*:/m;

/** Whether a file is read as YAML: by its name, or, as with `alert.rules`, by its content. */
export function isYamlFile({ path, text }: { readonly path: string; readonly text: string }): boolean {
  const kind = fileKind(path);
  if (kind === 'ci script') return false;
  return isYamlPath(path) || (kind === 'other' && !isJsonPath(path) && yamlSigns.test(text));
}

/** Whether a YAML text can be a Compose file or have a list of scrape jobs; others need no parser for their structure. */
export function hasStructure(text: string): boolean {
  if (/\bservices["']?\s*:|\bjob_name\b/.test(text)) return true;
  // Version 1 of Compose files: services at the top.
  return /^[ \t]{1,8}(?:image|build):[ \t]*[^{\s]/m.test(text) || /^[ \t]{1,8}build:[ \t]*\r?$/m.test(text);
}

/** Whether a text can have a query that selects the exporter, by its name, a label, or as one of all targets. */
export function hasQueries(text: string): boolean {
  return (
    /\b(?:expr|expression|query|definition|promql|input_series|exp_samples|seriesQuery|metricsQuery)\b/.test(text) &&
    /\b(?:up|job|instance|ALERTS|ALERTS_FOR_STATE|__name__|scrape_\w+)\b|gatewayz_(?:health|availability)_/.test(text)
  );
}
