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
