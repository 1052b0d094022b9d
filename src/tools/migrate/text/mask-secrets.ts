const mask = '***';

/** Texts that are secrets in any context: credentials in URLs and headers, password hashes, tokens with a known prefix. */
const knownShapes: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^\s"'<>]*@/g, `$1${mask}@`],
  [/\b(Bearer|Basic)(\s+)[^\s"',}]+/gi, `$1$2${mask}`],
  [/(\s(?:-u|--user)[\s=]+["']?)[^\s:]+:[^\s"']+/g, `$1${mask}`],
  [/\$2[abxy]\$\d\d\$[\w./]{53}/g, mask],
  [/\b(?:sk|pk|rk|gw_live|gw_test|gh[opsu]|github_pat|glpat|glsa|glc|npm|xox[a-z]|AKIA|eyJ)[-_]?\w[\w.-]{11,}/g, mask],
];

/** A name before `:`, `=`, or, as a flag, before a blank; quotes around it are allowed. */
const nameBefore =
  /(?<flag>--?)?(?<name>[A-Za-z][\w.-]*)\\?["']?(?<gap>[ \t]*(?::(?=\s|\\?["']|$)|=)[ \t]*|[ \t]*,[ \t]*(?=["'])|[ \t]+)/g;

/** Masks texts that are secrets in any context as `***`. For prose, where `name: value` means nothing. */
export function maskKnownSecrets(message: string): string {
  return knownShapes.reduce((masked, [shape, by]) => masked.replace(shape, by), message);
}

/** Masks every value that looks like a credential as `***`; the number of lines does not change. */
export function maskSecrets(text: string): string {
  let hidden: Hidden | undefined;
  let inKey = false;
  return text
    .split('\n')
    .map((line) => {
      if (/-----BEGIN [A-Z ]*(?:KEY|CERTIFICATE)/.test(line)) inKey = true;
      if (inKey) {
        inKey = !line.includes('-----END ');
        return line.replace(/\S+$/, mask);
      }
      const depth = line.length - line.trimStart().length;
      if (line.trim() === '') return line;
      if (hidden !== undefined) {
        if (depth > hidden.depth || (hidden.inList && depth === hidden.depth && /^\s*- /.test(line))) {
          const masked = maskHidden(line, hidden);
          // A flag in a list has one value; a key may have several lines.
          if (hidden.inList) hidden = undefined;
          if (masked !== undefined) return masked;
        }
        hidden = undefined;
      }
      const masked = maskLine(line);
      hidden = opensHidden(line, depth);
      return masked;
    })
    .join('\n');
}

/** What follows a line such as `password: |` or `tokens:`. */
interface Hidden {
  readonly depth: number;
  /** Whether every deeper line belongs to the value; otherwise only lines that are not keys do. */
  readonly isBlock: boolean;
  readonly inList: boolean;
}

function opensHidden(line: string, depth: number): Hidden | undefined {
  const found = /^\s*(?:- )?["']?([\w.-]+)["']?\s*:\s*(?:&\S+\s*)?([|>][-+\d]*)?\s*(?:#.*)?$/.exec(line);
  const flag = /^\s*- ["']?--?([\w-]+)["']?\s*$/.exec(line)?.[1];
  if (flag !== undefined && isSecretName(flag)) return { depth, isBlock: false, inList: true };
  const name = found?.[1] ?? '';
  if (!isSecretName(name) || /^(?:secrets|keys)$/i.test(name)) return undefined;
  return { depth, isBlock: found?.[2] !== undefined, inList: false };
}

function maskHidden(line: string, { isBlock }: Hidden): string | undefined {
  const [, head = '', body = ''] = /^(\s*(?:- )?)(.*)$/s.exec(line) ?? [];
  if (!isBlock && /^["']?[\w.-]+["']?\s*:(?:\s|$)|^#/.test(body)) return undefined;
  return head + mask + (line.endsWith('\r') ? '\r' : '');
}

function maskLine(whole: string): string {
  const isCarriage = whole.endsWith('\r');
  const line = isCarriage ? whole.slice(0, -1) : whole;
  let done = '';
  let copied = 0;
  nameBefore.lastIndex = 0;
  for (let found = nameBefore.exec(line); found !== null; found = nameBefore.exec(line)) {
    const { flag, name = '', gap = '' } = found.groups ?? {};
    const isAssigned = /[:=]/.test(gap);
    const at = found.index + found[0].length;
    const length =
      isSecretName(name) && (isAssigned || flag !== undefined) ? valueLength(line, at, flag !== undefined) : 0;
    if (length === 0) {
      nameBefore.lastIndex = Math.max(found.index + 1, at - (isAssigned ? 0 : gap.length));
      continue;
    }
    done += line.slice(copied, at) + mask;
    copied = at + length;
    nameBefore.lastIndex = copied;
  }
  return maskKnownSecrets(done + line.slice(copied) + (isCarriage ? '\r' : ''));
}

/** Length of the value at an offset: to its closing quote, else to the end of the line or flow item. */
function valueLength(line: string, at: number, isWord: boolean): number {
  const rest = line.slice(at);
  const quotes = /^(?:\\?["'])/.exec(rest)?.[0];
  if (quotes !== undefined) return quotedLength(rest, quotes);
  if (/^(?:[|>][-+\d]*|&\S+|#.*)?\s*$/.test(rest)) return 0;
  const isFlow = isWord || /[{[]/.test(line.slice(0, at));
  return (isFlow ? /^[^\s,}\]&]+/ : /^.+/).exec(rest)?.[0].length ?? 0;
}

/** Length up to the closing quote, or to the end of the line. */
function quotedLength(text: string, quotes: string): number {
  let end = text.indexOf(quotes, quotes.length);
  const isEscaped = () => (quotes === '"' && text[end - 1] === '\\') || (quotes === "'" && text[end + 1] === "'");
  while (end !== -1 && isEscaped()) end = text.indexOf(quotes, end + (quotes === "'" ? 2 : 1));
  return end === -1 ? text.length : end + quotes.length;
}

/** Whether values of this name are masked. Paths to secrets are not. */
function isSecretName(name: string): boolean {
  if (/^[A-Z\d_]+$/.test(name)) return /TOKEN|PASS|PWD|SECRET|KEY|CREDENTIAL|AUTH|COOKIE|DSN|WEBHOOK/.test(name);
  if (/(?:^|[-_.])(?:file|path|name|type|total|count)s?$|(?:File|Path|Name|Type)$/.test(name)) return false;
  return /token|passw|passphrase|secret|credential|api[-_]?key|(?:^|[-_.])(?:key|pwd|pass|dsn|cookie|authorization)$|[a-z]Key$|webhook/i.test(
    name,
  );
}
